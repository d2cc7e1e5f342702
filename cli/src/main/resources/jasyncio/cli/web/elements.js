// Makes elements. What comes from the program is text here, never HTML: the page's policy has no way around that.

/** An element with attributes and children; a child that is no element becomes text. */
export function element(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** The same for SVG. */
export function shape(name, attributes = {}, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children);
}

function fill(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) {
      made.addEventListener(name.slice(2), value);
    } else if (value !== undefined && value !== null && value !== false) {
      made.setAttribute(name, value === true ? '' : value);
    }
  }
  made.append(...children.filter((child) => child !== undefined && child !== null));
  return made;
}

/** The element of the page with this id. */
export const byId = (id) => document.getElementById(id);

/** Sets a text, unless it is there: so that a selection of the reader's stays. */
export function setText(where, text) {
  if (where.textContent !== text) {
    where.textContent = text;
  }
}

/** Numbers as people read them. */
export function count(n) {
  return Math.round(n).toLocaleString('en-GB').replaceAll(',', '\u202f');
}

/** "1 task", "2 tasks". */
export function counted(n, what) {
  return `${count(n)} ${what}${n === 1 ? '' : 's'}`;
}

/** Seconds, with three digits and a unit. */
export function duration(seconds) {
  if (seconds < 5e-9) {
    return '0 µs';
  }
  if (seconds < 0.9995e-3) {
    return `${digits(seconds * 1e6)} µs`;
  }
  if (seconds < 0.9995) {
    return `${digits(seconds * 1e3)} ms`;
  }
  if (seconds < 99.5) {
    return `${digits(seconds)} s`;
  }
  const all = Math.round(seconds);
  const [hours, minutes] = [Math.floor(all / 3600), Math.floor(all / 60) % 60];
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${all % 60} s`;
}

function digits(n) {
  return n.toFixed(n < 9.995 ? 2 : n < 99.95 ? 1 : 0);
}

/** A part of one. */
export function percent(part) {
  return `${(part * 100).toFixed(part < 0.0995 ? 1 : 0)}\u202f%`;
}

/** What is said if it has not been looked at all. */
export const unseenText = (unseen) => unseen > 0
  ? `; ${count(unseen)} more were not looked at this time, as the loop is to spare no more than 3\u202f% of its time` : '';
