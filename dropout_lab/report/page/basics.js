// What every part of the page needs: elements, packed arrays, and numbers written as the tables write them.

const NOTHING = "–";

const byId = (id) => document.getElementById(id);

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// Into an element of SVG; a colour is a stroke for lines and a fill for all else.
function draw(parent, tag, attributes = {}, color = null) {
  const element = document.createElementNS(parent.namespaceURI, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (color) element.style[attributes.class.includes("line") ? "stroke" : "fill"] = color;
  parent.append(element);
  return element;
}

function option(value, text) {
  return make("option", { value }, text);
}

// Arrays come as base64 of little-endian 32-bit floats; NaN is a number that does not exist. Numbers of tables come
// rounded to the decimals they are shown with.
function unpack(text) {
  return new Float32Array(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
}

// Of a 32-bit float: what was 0.975 is 0.97500002, which rounds to the other side.
function sevenDigits(value) {
  return Number(value.toPrecision(7));
}

// Without decimals (null) a number is written with a power of ten.
function sizeText(value, decimals) {
  const size = Math.abs(value);
  if (decimals === null) return size === 0 ? "0" : size.toExponential(1).replace("e+", "e");
  const [whole, fraction] = size.toFixed(decimals).split(".");
  return whole.replace(/\B(?=(\d{3})+$)/g, ",") + (fraction ? `.${fraction}` : "");
}

function readsAsZero(value, decimals) {
  return !/[1-9]/.test(sizeText(value, decimals).split("e")[0]);
}

function numberText(value, decimals, isSigned = false) {
  if (Number.isNaN(value)) return NOTHING;
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const sign = readsAsZero(value, decimals) ? "" : value < 0 ? "−" : isSigned ? "+" : "";
  return sign + sizeText(value, decimals);
}

// An interval that excludes 0 shows so even where an end reads as 0.
function intervalText(low, high, decimals) {
  if (Number.isNaN(low) || Number.isNaN(high)) return NOTHING;
  const lowText = low > 0 && readsAsZero(low, decimals) ? ">0" : numberText(low, decimals);
  const highText = high < 0 && readsAsZero(high, decimals) ? "<0" : numberText(high, decimals);
  return `${lowText} to ${highText}`;
}

function pText(p) {
  if (Number.isNaN(p)) return NOTHING;
  return p < 0.001 ? "< 0.001" : p.toFixed(p < 0.0995 ? 3 : 2);
}
