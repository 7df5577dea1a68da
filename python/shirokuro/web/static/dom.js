// Creation of elements. Text is inserted only as text nodes, so received text is never parsed as markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Creates an SVG element with attributes and children. */
export const svg = (name, attributes = {}, ...children) => fill(document.createElementNS(SVG, name), attributes, children);

/** Creates an HTML element with attributes and children. */
export const html = (name, attributes = {}, ...children) => fill(document.createElement(name), attributes, children);

/** Returns the element with an id. */
export const byId = (id) => document.getElementById(id);

/** Shows a message for a few seconds, with a button if an action is offered. */
export function toast(text, label = null, action = null) {
  const box = byId("toast");
  const button = label && html("button", {}, label);
  button?.addEventListener("click", () => { box.replaceChildren(); action(); });
  box.replaceChildren(html("span", {}, text), button ?? "");
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => box.replaceChildren(), label ? 9000 : 5000);
}
