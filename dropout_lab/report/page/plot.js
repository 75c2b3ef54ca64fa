// The curves as SVG. Knows where things stand in the plot; what is shown, and why, is decided by the explorer.

const TOP = 14;
const BOTTOM = 44;
const LABEL_ROOM = 118;
const LABEL_LENGTH = 12; // of a name, so that it and "train" have room; a longer one ends at its first comma
const LABEL_HEIGHT = 15;
const DASHES = ["", "dashed", "dotted"];

class Plot {
  constructor(container) {
    this.container = container;
    this.svg = container.querySelector("svg");
  }

  // scene: { view, limits, epochs, lines: [{ color, label, isFaint, hasBands, hasEnds, epochs, parts: [{ mean, half }], best }] }
  show(scene) {
    this.scene = scene;
    const width = Math.max(this.container.clientWidth, 240);
    const height = Math.round(Math.min(Math.max(width * 0.6, 260), 440));
    const hasEnds = width > 520 && scene.lines.some((line) => line.hasEnds);
    this.box = { left: 56, right: width - (hasEnds ? LABEL_ROOM : 10), top: TOP, bottom: height - BOTTOM };
    this.clear();
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    draw(draw(this.svg, "clipPath", { id: "plot-clip" }), "rect", this.inside());
    this.axes(scene);
    const area = draw(this.svg, "g", { "clip-path": "url(#plot-clip)" });
    for (const line of scene.lines) this.line(area, line);
    for (const line of scene.lines) this.bestMark(area, line);
    if (hasEnds) this.endLabels(scene);
    this.overlay = draw(this.svg, "g");
  }

  clear() {
    this.svg.replaceChildren();
  }

  inside() {
    const { left, right, top, bottom } = this.box;
    return { x: left, y: top, width: right - left, height: bottom - top };
  }

  x(epoch) {
    const { left, right } = this.box;
    const epochs = this.scene.epochs;
    const first = epochs[0];
    const span = epochs[epochs.length - 1] - first || 1;
    return left + 6 + ((epoch - first) / span) * (right - left - 12);
  }

  y(value) {
    const [low, high, isLog] = this.scene.limits;
    const { top, bottom } = this.box;
    const share = isLog
      ? (Math.log(Math.max(value, low * 1e-3)) - Math.log(low)) / (Math.log(high) - Math.log(low))
      : (value - low) / (high - low);
    return bottom - Math.min(Math.max(share, -2), 3) * (bottom - top);
  }

  axes(scene) {
    const { left, right, bottom } = this.box;
    const [low, high, isLog] = scene.limits;
    for (const tick of isLog ? logTicks(low, high) : niceTicks(low, high, 6)) {
      const y = this.y(tick);
      draw(this.svg, "line", { class: tick === 0 && scene.view.isGap ? "zero" : "grid", x1: left, x2: right, y1: y, y2: y });
      this.text(left - 8, y + 4, tickText(tick), "end");
    }
    const epochs = scene.epochs;
    for (const tick of niceTicks(epochs[0], epochs[epochs.length - 1], right - left < 360 ? 4 : 8)) {
      if (Number.isInteger(tick)) this.text(this.x(tick), bottom + 18, String(tick), "middle");
    }
    draw(this.svg, "line", { class: "zero", x1: left, x2: right, y1: bottom, y2: bottom });
    this.text((left + right) / 2, bottom + 38, "epoch", "middle", "axis-title");
    const unit = this.text(0, 0, `${scene.view.title} (${scene.view.unit})`, "middle", "axis-title");
    unit.setAttribute("transform", `translate(13 ${(TOP + bottom) / 2}) rotate(-90)`);
  }

  text(x, y, words, anchor, name = "") {
    const element = draw(this.svg, "text", { x, y, "text-anchor": anchor, class: name });
    element.textContent = words;
    return element;
  }

  line(area, line) {
    const faint = line.isFaint ? " faint" : "";
    line.parts.forEach((part, i) => {
      if (line.hasBands) draw(area, "path", { class: "band", d: this.bandPath(line.epochs, part) }, line.color);
      const dash = this.scene.view.isGap ? "" : DASHES[i];
      draw(area, "path", { class: `line ${dash}${faint}`, d: this.path(line.epochs, part.mean) }, line.color);
    });
  }

  path(epochs, values) {
    let pen = "M";
    let d = "";
    epochs.forEach((epoch, i) => {
      if (!Number.isFinite(values[i])) pen = "M";
      else {
        d += `${pen}${this.x(epoch).toFixed(1)} ${this.y(values[i]).toFixed(1)}`;
        pen = "L";
      }
    });
    return d;
  }

  bandPath(epochs, { mean, half }) {
    const there = [...epochs.keys()].filter((i) => Number.isFinite(half[i]));
    const edge = (i, sign) => `${this.x(epochs[i]).toFixed(1)} ${this.y(mean[i] + sign * half[i]).toFixed(1)}`;
    const points = [...there.map((i) => edge(i, 1)), ...there.reverse().map((i) => edge(i, -1))];
    return points.length ? `M${points.join("L")}Z` : "";
  }

  bestMark(area, line) {
    const i = line.epochs.indexOf(line.best);
    const val = line.parts[1];
    if (line.isFaint || this.scene.view.isGap || i < 0) return;
    draw(area, "circle", { class: "dot", cx: this.x(line.best), cy: this.y(val.mean[i]), r: 4.5 }, line.color);
  }

  endLabels(scene) {
    const { right, top, bottom } = this.box;
    const names = scene.view.isGap ? [""] : scene.view.parts;
    const labels = scene.lines.filter((line) => line.hasEnds).flatMap((line) =>
      line.parts.map((part, i) => ({
        text: `${line.label.length > LABEL_LENGTH ? line.label.split(",")[0] : line.label} ${names[i]}`.trim(),
        color: line.ink,
        y: Math.min(Math.max(this.y(part.mean[part.mean.length - 1]), top), bottom),
      })));
    labels.sort((a, b) => a.y - b.y);
    labels.forEach((label, i) => { if (i) label.y = Math.max(label.y, labels[i - 1].y + LABEL_HEIGHT); });
    for (let i = labels.length - 1; i >= 0; i -= 1) {
      const below = i + 1 < labels.length ? labels[i + 1].y - LABEL_HEIGHT : bottom;
      labels[i].y = Math.min(labels[i].y, below);
    }
    for (const label of labels) {
      const element = this.text(right + 8, label.y + 4, label.text, "start", "end");
      element.style.fill = label.color;
    }
  }

  // The cross-hair, and a dot on every line that is not faint.
  mark(epoch) {
    const { top, bottom } = this.box;
    this.overlay.replaceChildren();
    const x = this.x(epoch);
    draw(this.overlay, "line", { class: "cross", x1: x, x2: x, y1: top, y2: bottom });
    const area = draw(this.overlay, "g", { "clip-path": "url(#plot-clip)" });
    for (const line of this.scene.lines) {
      const i = line.epochs.indexOf(epoch);
      if (line.isFaint || i < 0) continue;
      for (const part of line.parts) {
        if (Number.isFinite(part.mean[i])) draw(area, "circle", { class: "dot", cx: x, cy: this.y(part.mean[i]), r: 3.5 }, line.color);
      }
    }
  }

  epochAt(clientX) {
    const frame = this.svg.getBoundingClientRect();
    const at = ((clientX - frame.left) / frame.width) * this.svg.viewBox.baseVal.width;
    const distance = (epoch) => Math.abs(this.x(epoch) - at);
    return this.scene.epochs.reduce((near, epoch) => (distance(epoch) < distance(near) ? epoch : near));
  }
}

function niceTicks(low, high, count) {
  const rough = (high - low) / count || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((one) => one * power).find((one) => one >= rough * 0.999);
  const ticks = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k += 1) ticks.push(Number((k * step).toPrecision(12)));
  return ticks;
}

function logTicks(low, high) {
  const ticks = [];
  const isWide = high / low > 300;
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power += 1) {
    for (const digit of isWide ? [1] : [1, 2, 5]) {
      const tick = Number((digit * 10 ** power).toPrecision(6));
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  }
  return ticks;
}

function tickText(tick) {
  return String(tick).replace("-", "−");
}
