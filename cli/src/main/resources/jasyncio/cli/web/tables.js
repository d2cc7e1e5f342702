import { element, setText } from './elements.js';

/**
 * Shows rows in a table, and keeps those that are there already: so focus and selection stay while numbers change.
 *
 * @param columns {title, text(row), kind: 'number', 'name' or 'text', bar(row): a part of one}
 * @param key what makes a row the same as one of the last time
 * @param open what a click on a row does; without it rows cannot be clicked
 */
export function showRows(table, columns, rows, { key, open, none, isChosen = () => false }) {
  if (!table.tHead) {
    table.append(
      element('thead', {}, element('tr', {}, ...columns.map((column) =>
        element('th', { scope: 'col', class: column.kind }, column.title)))),
      element('tbody'));
  }
  const body = table.tBodies[0];
  const before = new Map([...body.rows].map((row) => [row.dataset.key, row]));
  let place = body.firstElementChild;
  if (rows.length === 0) {
    showNone(body, columns.length, none);
    return;
  }
  for (const entry of rows) {
    const name = String(key(entry));
    const row = before.get(name) ?? newRow(name, columns, open);
    before.delete(name);
    row.entry = entry;
    row.toggleAttribute('data-chosen', isChosen(entry));
    columns.forEach((column, i) => showCell(row.cells[i], column, entry));
    if (row === place) {
      place = place.nextElementSibling;
    } else {
      body.insertBefore(row, place);
    }
  }
  before.forEach((row) => row.remove());
}

function showNone(body, width, none) {
  if (body.rows.length !== 1 || body.rows[0].dataset.key !== ' none') {
    body.replaceChildren(
      element('tr', { 'data-key': ' none' }, element('td', { colspan: width, class: 'none' }, none)));
  }
}

function newRow(name, columns, open) {
  const row = element('tr', { 'data-key': name });
  columns.forEach((column, i) => {
    const cell = element('td', { class: column.bar ? `${column.kind} bar` : column.kind, 'data-title': column.title });
    cell.append(open && i === columns.findIndex((c) => c.kind === 'name')
      ? element('button', { type: 'button', class: 'link' })
      : element('span'));
    row.append(cell);
  });
  if (open) {
    row.classList.add('open');
    row.addEventListener('click', () => {
      if (!String(getSelection())) {
        open(row.entry, row);
      }
    });
  }
  return row;
}

function showCell(cell, column, entry) {
  const text = column.text(entry);
  setText(cell.lastElementChild, text);
  if (cell.title !== text && column.kind !== 'number') {
    cell.title = text;
  }
  if (column.bar) {
    cell.style.setProperty('--part', `${(column.bar(entry) * 100).toFixed(1)}%`);
  }
}
