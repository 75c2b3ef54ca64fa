// The curve explorer: which metric, group, rates and epoch are looked at. The plot draws it, the table beside it says it.

const MOST_LABELLED = 3;
const MOST_WITH_BANDS = 2;
const STEPS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 };

class Explorer {
  constructor(data) {
    this.data = data;
    this.lines = data.lines.map((line) => ({ ...line, ...unpackLine(line, data.columns) }));
    this.view = data.views[0];
    this.hidden = new Set();
    this.isTouched = false;
    this.plot = new Plot(byId("plot"));
    byId("explorer").hidden = false;
    this.viewButtons();
    this.groupSelects();
    this.listen();
    this.chooseGroup(data.firstGroup);
  }

  viewButtons() {
    const buttons = this.data.views.map((view, i) => {
      const input = make("input", { type: "radio", name: "view", value: i });
      input.checked = i === 0;
      input.addEventListener("change", () => {
        this.view = view;
        this.render();
      });
      return make("label", {}, input, make("span", {}, view.title));
    });
    byId("views").replaceChildren(...buttons);
  }

  groupSelects() {
    this.selects = this.data.paths.map((path, i) => {
      const values = [...new Set(this.data.groups.map((group) => group[i]))];
      const select = make("select", {}, ...values.map((value) => option(value, value)));
      select.value = this.data.groups[this.data.firstGroup][i];
      select.addEventListener("change", () => this.chooseGroup(this.chosenGroup()));
      byId("group-controls").append(make("label", {}, `${path} `, select));
      return select;
    });
  }

  chosenGroup() {
    return this.data.groups.findIndex((group) => group.every((value, i) => value === this.selects[i].value));
  }

  listen() {
    const plot = byId("plot");
    const follow = (event) => this.epochs.length && this.lookAt(this.plot.epochAt(event.clientX));
    plot.addEventListener("pointermove", follow);
    plot.addEventListener("pointerdown", follow);
    plot.addEventListener("keydown", (event) => this.key(event));
    const rate = byId("rate");
    rate.addEventListener("input", () => {
      this.rate = Number(rate.value);
      this.render();
    });
    new ResizeObserver(() => this.plot.scene && this.draw()).observe(plot);
  }

  key(event) {
    const last = this.epochs.length - 1;
    const at = this.epochs.indexOf(this.epoch);
    const target = { Home: 0, End: last }[event.key] ?? (event.key in STEPS ? at + STEPS[event.key] : null);
    if (target === null || last < 0) return;
    event.preventDefault();
    this.lookAt(this.epochs[Math.min(Math.max(target, 0), last)]);
  }

  chooseGroup(group) {
    this.group = group;
    this.members = this.lines.filter((line) => line.group === group);
    this.treated = this.members.filter((line) => !line.isBaseline);
    this.epochs = [...new Set(this.members.flatMap((line) => line.epochs))].sort((a, b) => a - b);
    if (!this.epochs.includes(this.epoch)) this.epoch = this.epochs[this.epochs.length - 1];
    const chosen = this.treated.findIndex((line) => line.isChosen);
    this.rate = this.treated.length > 1 ? chosen + 1 : 0;
    const slider = byId("rate");
    slider.max = this.treated.length;
    slider.value = this.rate;
    byId("rate-control").hidden = byId("slider-help").hidden = this.treated.length < 2;
    this.render();
  }

  render() {
    const looked = this.treated[this.rate - 1];
    byId("rate-name").textContent = looked ? looked.label : "all";
    byId("rate").setAttribute("aria-valuetext", looked ? looked.label : "all rates");
    byId("explorer-note").textContent = this.note();
    this.tableRows();
    this.draw();
  }

  isShown(line) {
    return !this.hidden.has(line.label) || line === this.treated[this.rate - 1];
  }

  isFaint(line) {
    return this.rate > 0 && !line.isBaseline && line !== this.treated[this.rate - 1];
  }

  draw() {
    if (!this.members.length) {
      this.plot.clear();
      return;
    }
    const shown = this.members.filter((line) => this.isShown(line));
    const clear = shown.filter((line) => !this.isFaint(line));
    const lines = shown.map((line) => ({
      ...line,
      isFaint: this.isFaint(line),
      hasBands: clear.length <= MOST_WITH_BANDS && !this.isFaint(line) && line.n > 1,
      hasEnds: clear.length <= MOST_LABELLED && !this.isFaint(line),
      parts: this.view.columns.map((column) => line.series[column]),
    }));
    lines.sort((a, b) => b.isFaint - a.isFaint || b.isBaseline - a.isBaseline);
    this.plot.show({ view: this.view, limits: this.view.limits[this.group], epochs: this.epochs, lines });
    this.lookAt(this.epoch, false);
  }

  // Until a reader has pointed somewhere, the values are those of the last epoch and no cross-hair covers the lines.
  lookAt(epoch, isPointed = true) {
    this.epoch = epoch;
    this.isTouched ||= isPointed;
    if (this.isTouched) this.plot.mark(epoch);
    const plot = byId("plot");
    plot.setAttribute("aria-valuemin", this.epochs[0]);
    plot.setAttribute("aria-valuemax", this.epochs[this.epochs.length - 1]);
    plot.setAttribute("aria-valuenow", epoch);
    plot.setAttribute("aria-valuetext", `epoch ${epoch}`);
    byId("readout-caption").textContent = `${this.view.title} at epoch ${epoch}`;
    for (const line of this.members) this.fillRow(line);
    if (isPointed) this.speakSoon();
  }

  tableRows() {
    const parts = this.view.parts.map((part) => make("th", { scope: "col", class: "right" }, part));
    byId("readout-head").replaceChildren(make("tr", {}, make("th", { scope: "col" }, "show"), ...parts));
    this.rows = new Map(this.members.map((line) => [line, this.tableRow(line)]));
    byId("readout-body").replaceChildren(...this.rows.values());
  }

  tableRow(line) {
    const box = make("input", { type: "checkbox" });
    box.checked = !this.hidden.has(line.label);
    box.addEventListener("change", () => {
      if (box.checked) this.hidden.delete(line.label);
      else this.hidden.add(line.label);
      this.rows.get(line).classList.toggle("off", !this.isShown(line));
      this.draw();
    });
    const swatch = make("span", { class: "swatch" });
    swatch.style.borderTopColor = line.color;
    const row = make("tr", {}, make("th", { scope: "row" }, make("label", {}, box, swatch, make("span", {}, line.label))));
    row.classList.toggle("off", !this.isShown(line));
    row.classList.toggle("looked-at", line === this.treated[this.rate - 1]);
    row.append(...this.view.columns.map(() => make("td", { class: "right" })));
    return row;
  }

  values(line) {
    const i = line.epochs.indexOf(this.epoch);
    const read = (values) => sevenDigits(values[i]);
    return this.view.columns.map((column) => ({ mean: read(line.series[column].mean), half: read(line.series[column].half) }));
  }

  fillRow(line) {
    const cells = [...this.rows.get(line).cells].slice(1);
    this.values(line).forEach(({ mean, half }, i) => {
      const spread = Number.isFinite(half) && !this.isFaint(line) ? [make("span", { class: "pm" }, `± ${numberText(half, this.view.decimals)}`)] : [];
      cells[i].replaceChildren(numberText(mean, this.view.decimals), ...spread);
    });
  }

  // Said once the reader pauses, not at every step on the way.
  speakSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const heard = this.members.filter((line) => this.isShown(line) && !this.isFaint(line));
      const said = heard.map((line) => {
        const parts = this.values(line).map(({ mean }, i) => `${this.view.parts[i]} ${numberText(mean, this.view.decimals)}`);
        return `${line.label}: ${parts.join(", ")}`;
      });
      byId("live").textContent = `Epoch ${this.epoch}. ${said.join(". ")}.`;
    }, 250);
  }

  note() {
    if (!this.members.length) return "No trial with these settings is complete.";
    const counts = this.members.map((line) => line.n);
    const [fewest, most] = [Math.min(...counts), Math.max(...counts)];
    const n = fewest === most ? `n = ${most}` : `n = ${fewest} to ${most}`;
    const spread = most === 1 ? "One seed (n = 1): no interval." : `Mean over ${n} seeds, ± half the 95 % t interval.`;
    const dot = this.view.isGap ? "" : " Dot: the epoch of the lowest mean val loss.";
    const thinned = this.data.step > 1 ? ` One epoch in ${this.data.step} is kept here, and the best ones; curves.csv has all.` : "";
    const log = this.view.limits[this.group][2] ? " Logarithmic axis." : "";
    return spread + dot + log + thinned;
  }
}

function unpackLine(line, nColumns) {
  const [means, halves] = [unpack(line.mean), unpack(line.half)];
  const column = (values, at) => line.epochs.map((_, i) => values[i * nColumns + at]);
  const series = [...Array(nColumns).keys()].map((at) => ({ mean: column(means, at), half: column(halves, at) }));
  return { series };
}
