import { Controller } from "@hotwired/stimulus";

/** Shows the parts of a form that belong to what is chosen in one of its selects: data-show-for="a b". */
export default class extends Controller<HTMLElement> {
  static override targets = ["choice", "part"];
  declare readonly choiceTarget: HTMLSelectElement;
  declare readonly hasChoiceTarget: boolean;
  declare readonly partTargets: HTMLElement[];

  override connect(): void {
    this.show();
  }

  show(): void {
    if (!this.hasChoiceTarget) return;
    const chosen = this.choiceTarget.querySelector("select")?.value ?? "";
    for (const part of this.partTargets) {
      part.hidden = !(part.dataset["showFor"] ?? "").split(" ").includes(chosen);
    }
  }
}
