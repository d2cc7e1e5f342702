import { count, element, shape, unseenText } from './elements.js';
import { graphOf, place } from './graph.js';

const WIDTH = 206;
const TALL = 38;
const MARGIN = 24;
const LETTERS = 31; // of a line in a node

/** Draws who waits for whom on a loop; `open` is called with the task that is clicked. */
export function showGraph(loop, { graph: where, note, circles }, open) {
  const graph = graphOf(loop.tasks);
  const size = place(graph, where.clientWidth - MARGIN);
  const looks = JSON.stringify([where.clientWidth,
    graph.nodes.map((node) => [node.key, node.alike, node.task.doing])]);
  const left = graph.leftOut + loop.left;
  note.textContent = graph.nodes.length === 0 ? 'There are no tasks.'
    : `Who waits stands left of whom it waits for; a dashed line leads to who holds what it waits for. ${
      left > 0 ? `${count(left)} more tasks are left out` : ''}${unseenText(loop.unseen).replace(/^; /, left > 0 ? '; ' : '')}`;
  if (where.dataset.looks === looks) {
    return;
  }
  where.dataset.looks = looks;
  circles.replaceChildren(...graph.circles.map((circle) => element('p', { class: 'alarm' },
    element('strong', {}, 'These wait for each other: '),
    [...circle, circle[0]].map((node) => node.task.name).join(' → '),
    '. None of them goes on, unless a time limit or a cancellation ends one.')));
  const [width, height] = [size.width + MARGIN, size.height + MARGIN];
  const focused = document.activeElement?.dataset?.node;
  where.replaceChildren(shape('svg', { width, height, viewBox: `0 0 ${width} ${height}` },
    shape('defs', {}, arrow('arrow'), arrow('arrow-circle')),
    ...graph.edges.filter((edge) => !edge.circle).map(line),
    ...graph.edges.filter((edge) => edge.circle).map(line),
    ...graph.nodes.map((node) => box(node, open))));
  if (focused) {
    where.querySelector(`[data-node="${CSS.escape(focused)}"]`)?.focus();
  }
}

function arrow(id) {
  return shape('marker', { id, class: id, viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: 'auto' },
    shape('path', { d: 'M0,0.5L8,4L0,7.5Z' }));
}

function line(edge) {
  const [a, b] = [edge.from, edge.to].map((node) => ({ x: node.x + MARGIN / 2, y: node.y + MARGIN / 2 }));
  const kind = `edge ${edge.kind}${edge.circle ? ' circle' : ''}`;
  const marker = { class: kind, 'marker-end': `url(#${edge.circle ? 'arrow-circle' : 'arrow'})` };
  if (edge.back) { // below both, back to the left
    const low = Math.max(a.y, b.y) + TALL + 26;
    const [x1, x2] = [a.x + WIDTH * 0.6, b.x + WIDTH * 0.4];
    return shape('path', { ...marker, d: `M${x1},${a.y + TALL}C${x1},${low} ${x2},${low} ${x2},${b.y + TALL + 1}` });
  }
  const [x1, y1, x2, y2] = [a.x + WIDTH, a.y + TALL / 2, b.x - 1, b.y + TALL / 2];
  const bend = Math.max(18, (x2 - x1) / 2);
  return shape('path', { ...marker, d: `M${x1},${y1}C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}` });
}

function box(node, open) {
  const task = node.task;
  const name = node.alike > 1 ? `${task.name} and ${count(node.alike - 1)} like it` : task.name;
  const [x, y] = [node.x + MARGIN / 2, node.y + MARGIN / 2];
  return shape('g',
    {
      class: node.circle === undefined ? 'node' : 'node circle',
      transform: `translate(${x} ${y})`,
      tabindex: 0,
      role: 'button',
      'data-node': node.key,
      'aria-label': `${name}: ${task.doing}`,
      onclick: () => open(task),
      onkeydown: (event) => {
        if (event.key === 'Enter' || event.key === ' ') {
          event.preventDefault();
          open(task);
        }
      },
    },
    shape('title', {}, `${name} (${task.coroutine}): ${task.doing}`),
    ...(node.alike > 1 ? [shape('rect', { class: 'behind', x: 4, y: 4, width: WIDTH, height: TALL, rx: 4 })] : []),
    shape('rect', { class: 'box', width: WIDTH, height: TALL, rx: 4 }),
    shape('text', { class: 'name', x: 9, y: 16 }, shortened(name, LETTERS)),
    shape('text', { class: 'doing', x: 9, y: 31 }, shortened(task.doing.replace(/^waits for /, ''), LETTERS + 3)));
}

const shortened = (text, letters) => text.length <= letters ? text : `${text.slice(0, letters - 1)}…`;
