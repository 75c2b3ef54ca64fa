// Tables that sort, filter and turn pages. A column says what a cell shows and what it sorts by; rows are numbers 0 to n - 1.

const PAGE_ROWS = 50;
const PRINTED_ROWS = 1000;

class DataTable {
  constructor(table, pager, columns, count) {
    Object.assign(this, { table, pager, columns, count });
    this.page = 0;
    this.pageRows = PAGE_ROWS;
    this.keeps = () => true;
    this.sorted = { column: -1, direction: 0 };
    this.heads = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
    this.heads.forEach((head, column) => this.addSortButton(head, column));
    window.addEventListener("beforeprint", () => this.turnTo(0, PRINTED_ROWS));
    window.addEventListener("afterprint", () => this.turnTo(0, PAGE_ROWS));
  }

  addSortButton(head, column) {
    const button = make("button", { type: "button", class: "sort" }, ...head.childNodes);
    head.append(button);
    head.setAttribute("aria-sort", "none");
    button.addEventListener("click", () => this.sortBy(column));
  }

  // Ascending, descending, then the study's own order again.
  sortBy(column) {
    const before = this.sorted.column === column ? this.sorted.direction : 0;
    const direction = before === 0 ? 1 : before === 1 ? -1 : 0;
    this.sorted = { column, direction };
    const words = { 1: "ascending", [-1]: "descending", 0: "none" };
    this.heads.forEach((head, i) => head.setAttribute("aria-sort", i === column ? words[direction] : "none"));
    this.turnTo(0);
  }

  filter(keeps) {
    this.keeps = keeps;
    this.turnTo(0);
  }

  turnTo(page, pageRows = this.pageRows) {
    Object.assign(this, { page, pageRows });
    this.render();
  }

  order() {
    const rows = [...Array(this.count).keys()].filter(this.keeps);
    const { column, direction } = this.sorted;
    if (!direction) return rows;
    const keys = new Map(rows.map((row) => [row, this.columns[column].key(row)]));
    return rows.sort((a, b) => compareKeys(keys.get(a), keys.get(b), direction));
  }

  render() {
    const rows = this.order();
    const start = this.page * this.pageRows;
    const shown = rows.slice(start, start + this.pageRows);
    this.table.tBodies[0].replaceChildren(...shown.map((row) => this.rowElement(row)));
    this.renderPager(rows.length, start, shown.length);
  }

  rowElement(row) {
    const element = make("tr", this.rowClass?.(row) ? { class: this.rowClass(row) } : {});
    this.columns.forEach((column, i) => {
      const cell = i === 0 ? make("th", { scope: "row" }) : make("td");
      cell.textContent = column.text(row);
      cell.className = [column.isRight ? "right" : "", column.isClear?.(row) ? "clear" : ""].join(" ").trim();
      element.append(cell);
    });
    return element;
  }

  renderPager(count, start, shown) {
    if (this.count <= PAGE_ROWS) return;
    const button = (text, page, isOff) => {
      const element = make("button", { type: "button" }, text);
      element.disabled = isOff;
      element.addEventListener("click", () => {
        this.turnTo(page);
        this.pager.querySelector(`button:nth-of-type(${text === "Previous" ? 1 : 2})`).focus();
      });
      return element;
    };
    const range = count ? `${start + 1} to ${start + shown} of ${count.toLocaleString("en")}` : "none";
    this.pager.replaceChildren(
      button("Previous", this.page - 1, this.page === 0),
      button("Next", this.page + 1, start + shown >= count),
      make("span", { role: "status" }, range),
    );
  }
}

// What does not exist comes last either way.
function compareKeys(a, b, direction) {
  const isMissing = (key) => key === NOTHING || Number.isNaN(key);
  if (isMissing(a) || isMissing(b)) return isMissing(a) - isMissing(b);
  if (typeof a === "number" && typeof b === "number") return direction * (a - b);
  return direction * String(a).localeCompare(String(b), "en", { numeric: true });
}

const WRITERS = {
  number: (at, decimals) => numberText(at[0], decimals),
  signed: (at, decimals) => numberText(at[0], decimals, true),
  range: (at, decimals) => intervalText(at[0], at[1], decimals),
  p: (at) => pText(at[0]),
  factor: (at) => numberText(at[0], at[0] >= 10 ? 0 : 1),
  flag: (at) => (Number.isNaN(at[0]) ? NOTHING : at[0] ? "yes" : "no"),
};

function conditionTable(data, table = byId("condition-table")) {
  const first = data.metrics.find((one) => one.id === data.first.metric);
  const heading = byId("metric-heading").textContent;
  const shown = { metric: first, point: data.first.point };
  let values = null;
  const read = (row, at) => at.map((field) => values[row * data.fields + field]);
  const settings = data.rows.length ? data.rows[0].settings : [];
  const columns = [
    ...settings.map((_, i) => ({ text: (row) => data.rows[row].settings[i], key: (row) => data.rows[row].settings[i] })),
    { text: (row) => data.rows[row].trials, key: (row) => data.rows[row].trials },
    ...data.columns.map((column) => ({
      text: (row) => WRITERS[column.kind](read(row, column.at), shown.metric.decimals),
      key: (row) => read(row, column.at)[0],
      isRight: true,
      isClear: (row) => column.isDifference && excludesZero(read(row, column.at)),
    })),
  ];
  const rows = new DataTable(table, byId("condition-pager"), columns, data.rows.length);
  rows.rowClass = (row) => (data.rows[row].isBaseline ? "baseline" : "");
  const show = () => {
    values = unpack(data.values[`${shown.metric.id} ${shown.point}`]);
    const point = data.points.find((one) => one.id === shown.point).name;
    byId("metric-heading").textContent = heading.replace(first.name, shown.metric.name);
    byId("condition-caption").textContent = data.caption
      .replace("{title}", shown.metric.title).replace("{point}", point).replace("{unit}", shown.metric.unit);
    rows.render();
  };
  chooser(byId("metric"), data.metrics, shown.metric.id, (id) => {
    shown.metric = data.metrics.find((one) => one.id === id);
    show();
  });
  chooser(byId("point"), data.points, shown.point, (id) => {
    shown.point = id;
    show();
  });
  const filter = byId("condition-filter");
  filter.parentElement.hidden = data.rows.length <= 12;
  filter.addEventListener("input", () => {
    const words = filter.value.toLowerCase().split(/\s+/);
    rows.filter((row) => words.every((word) => data.rows[row].label.toLowerCase().includes(word)));
  });
  show();
}

function excludesZero([low, high]) {
  return low > 0 || high < 0;
}

function chooser(select, choices, first, choose) {
  select.replaceChildren(...choices.map((one) => option(one.id, one.name)));
  select.value = first;
  select.addEventListener("change", () => choose(select.value));
}

function trialTable(data) {
  let point = data.points.find((one) => one.id === data.first.point);
  let values = null;
  const width = data.metrics.length + 1;
  const seconds = unpack(data.seconds);
  const measured = [{ decimals: 0 }, ...data.metrics].map((metric, i) => ({
    text: (row) => numberText(values[row * width + i], metric.decimals),
    key: (row) => values[row * width + i],
    isRight: true,
  }));
  const columns = [
    { text: (row) => data.conditions[data.condition[row]], key: (row) => data.condition[row] },
    { text: (row) => String(data.seed[row]), key: (row) => data.seed[row], isRight: true },
    { text: (row) => data.status[row], key: (row) => data.status[row] },
    ...measured,
    { text: (row) => numberText(seconds[row], 2), key: (row) => seconds[row], isRight: true },
  ];
  const rows = new DataTable(byId("trial-table"), byId("trial-pager"), columns, data.seed.length);
  const show = () => {
    values = unpack(data.values[point.id]);
    byId("trial-caption").textContent = data.caption.replace("{point}", point.name);
    rows.render();
  };
  chooser(byId("trial-point"), data.points, point.id, (id) => {
    point = data.points.find((one) => one.id === id);
    show();
  });
  trialFilter(data, rows);
  show();
}

function trialFilter(data, rows) {
  const select = byId("trial-filter");
  const group = (label, options) => make("optgroup", { label }, ...options);
  const statuses = [...new Set(data.status)];
  select.replaceChildren(
    option("", "all trials"),
    ...(statuses.length > 1 ? [group("by status", statuses.map((one) => option(`status ${one}`, one)))] : []),
    group("by condition", data.conditions.map((label, i) => option(`condition ${i}`, label))),
  );
  select.addEventListener("change", () => {
    const [kind, value] = select.value.split(" ");
    if (kind === "condition") rows.filter((row) => data.condition[row] === Number(value));
    else if (kind === "status") rows.filter((row) => data.status[row] === value);
    else rows.filter(() => true);
  });
}
