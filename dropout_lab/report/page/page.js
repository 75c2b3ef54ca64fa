// What makes the page come alive: the theme switch, printing, and the parts that read the embedded data.

function themeSwitch() {
  const button = byId("theme");
  const prefersDark = window.matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (document.documentElement.dataset.theme ?? (prefersDark.matches ? "dark" : "light")) === "dark";
  const label = () => {
    button.textContent = isDark() ? "Light page" : "Dark page";
  };
  button.addEventListener("click", () => {
    document.documentElement.dataset.theme = isDark() ? "light" : "dark";
    label();
  });
  prefersDark.addEventListener("change", label);
  button.hidden = false;
  label();
}

// Paper has no triangle to click on. Hundreds of paragraphs stay folded: they would bury the rest.
function openForPrint() {
  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open], .many, .many *)")];
    for (const details of closed) details.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const details of closed) details.open = false;
  });
}

const data = JSON.parse(byId("report-data").textContent);
for (const element of document.querySelectorAll(".js-only")) element.hidden = false;
themeSwitch();
openForPrint();
conditionTable(data.conditions);
trialTable(data.trials);
if (data.explorer) new Explorer(data.explorer);
