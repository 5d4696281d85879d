import type { EChartsCoreOption } from "echarts/core";

export interface ChartData {
  type: "bar" | "line" | "pie";
  labels: string[];
  series: { name: string; values: number[] }[];
  stacked?: boolean;
  /** Currency or another word after the numbers. */
  unit?: string;
}

/** Below it the last word of the axis is wider than its column. */
const NARROW = 600;
const SERIES = [1, 2, 3, 4, 5, 6, 7].map((number) => `--chart-${number}`);

/** ECharts' options in the theme's colours. Tooltips are drawn on the canvas: HTML ones need inline styles. */
export function chartOption(data: ChartData, element: HTMLElement): EChartsCoreOption {
  const colour = (name: string): string => resolveColour(element, name);
  const words = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 0 });
  const short = new Intl.NumberFormat(document.documentElement.lang, { notation: "compact", maximumFractionDigits: 1 });
  const textStyle = { fontFamily: getComputedStyle(element).fontFamily, fontSize: 12, color: colour("--text-2") };
  const common: EChartsCoreOption = {
    color: SERIES.map(colour),
    textStyle,
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    animationDuration: 300,
    tooltip: {
      trigger: data.type === "pie" ? "item" : "axis",
      renderMode: "richText",
      backgroundColor: colour("--raised"),
      borderColor: colour("--line-strong"),
      textStyle: { ...textStyle, color: colour("--text") },
      axisPointer: { type: "shadow", shadowStyle: { color: colour("--line"), opacity: 0.5 } },
      valueFormatter: (value: unknown) => `${words.format(Number(value))}${data.unit ? ` ${data.unit}` : ""}`,
    },
    legend: { type: "scroll", show: data.series.length > 1 || data.type === "pie", bottom: 0, icon: "circle", itemWidth: 8, itemHeight: 8, textStyle },
  };
  if (data.type === "pie") return { ...common, series: [pieSeries(data, colour)] };
  return {
    ...common,
    grid: { left: 4, right: 8, top: 12, bottom: data.series.length > 1 ? 30 : 4, containLabel: true },
    xAxis: { type: "category", data: data.labels, axisTick: { show: false }, axisLine: { lineStyle: { color: colour("--line-strong") } }, axisLabel: { color: colour("--text-2"), ...(element.clientWidth < NARROW ? { alignMaxLabel: "right" } : {}) } },
    yAxis: { type: "value", splitLine: { lineStyle: { color: colour("--line") } }, axisLabel: { color: colour("--text-2"), formatter: (value: number) => short.format(value) } },
    series: data.series.map(({ name, values }) => ({
      name,
      data: values,
      type: data.type,
      ...(data.stacked ? { stack: "all" } : {}),
      barMaxWidth: 28,
      itemStyle: { borderRadius: data.stacked ? 0 : [3, 3, 0, 0] },
      symbolSize: 5,
    })),
  };
}

function pieSeries(data: ChartData, colour: (name: string) => string): object {
  const values = data.series[0]?.values ?? [];
  return {
    type: "pie",
    radius: ["52%", "78%"],
    center: ["50%", "44%"],
    label: { show: false },
    itemStyle: { borderColor: colour("--surface"), borderWidth: 2 },
    data: data.labels.map((name, index) => ({ name, value: values[index] ?? 0 })),
  };
}

/** A canvas knows no var() and no light-dark(): asks the browser for the colour itself. */
function resolveColour(element: HTMLElement, name: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
