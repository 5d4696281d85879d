import { Controller } from "@hotwired/stimulus";
import type { EChartsType } from "echarts/core";
import { chartOption, type ChartData } from "../lib/charts";

/** A chart from `data` (JSON: {type, labels, series: [{name, values}], unit}); ECharts loads when one is on the page. */
export default class extends Controller<HTMLElement> {
  static override values = { data: Object };
  declare readonly dataValue: ChartData;

  #chart: EChartsType | null = null;
  #size = new ResizeObserver(() => this.#chart?.resize());

  override async connect(): Promise<void> {
    const { echarts } = await import("../lib/echarts");
    if (!this.element.isConnected || this.#chart) return;
    this.#chart = echarts.init(this.element);
    this.#draw();
    this.#size.observe(this.element);
    document.addEventListener("theme:changed", this.#draw);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", this.#draw);
  }

  override disconnect(): void {
    this.#size.disconnect();
    document.removeEventListener("theme:changed", this.#draw);
    matchMedia("(prefers-color-scheme: dark)").removeEventListener("change", this.#draw);
    this.#chart?.dispose();
    this.#chart = null;
  }

  #draw = (): void => {
    this.#chart?.setOption(chartOption(this.dataValue, this.element), true);
  };
}
