// Who waits for whom, as nodes and edges that fit on a page, and where to draw them. Nothing here calls itself along the graph,
// which may be deeper than a stack.

const MAX_NODES = 300;
const COLUMN = 250;
const ROW = 50;

/**
 * Makes a graph of the tasks of a loop.
 *
 * Tasks that do the like, that nobody can be told apart by and that wait for nobody else in the graph, are one node. Circles
 * come first, then what hangs together most; single tasks come last.
 *
 * @param tasks {number, name, coroutine, doing, awaitedBy: numbers, heldBy: numbers, alike: how many, if it is not one}
 * @return nodes {key, task, alike, circle, from, to}, edges {from, to, kind, circle}, circles: lists of nodes in order, and how
 *     many tasks are left out
 */
export function graphOf(tasks, max = MAX_NODES) {
  const nodes = foldedNodes(tasks);
  markCircles(nodes);
  const parts = connectedParts(nodes);
  parts.sort((a, b) => b.circles - a.circles || Number(b.nodes.length > 1) - Number(a.nodes.length > 1)
    || b.nodes.length - a.nodes.length || a.nodes[0].task.number - b.nodes[0].task.number);
  const shown = [];
  for (const part of parts) {
    const room = max - shown.reduce((sum, kept) => sum + kept.nodes.length, 0);
    if (room <= 0) {
      break;
    }
    // Circles first, as they must be seen, then as the tasks came.
    const kept = part.nodes.length <= room ? part.nodes
      : [...part.nodes].sort((a, b) => Number(b.circle !== undefined) - Number(a.circle !== undefined)).slice(0, room);
    shown.push({ nodes: kept });
  }
  const kept = new Set(shown.flatMap((part) => part.nodes));
  nodes.forEach((node) => {
    node.to = node.to.filter((edge) => kept.has(edge.to));
    node.from = node.from.filter((edge) => kept.has(edge.from));
  });
  return {
    parts: shown.map((part) => part.nodes),
    nodes: [...kept],
    edges: [...kept].flatMap((node) => node.to),
    circles: circlesOf([...kept]),
    leftOut: nodes.filter((node) => !kept.has(node)).reduce((sum, node) => sum + node.alike, 0),
  };
}

function foldedNodes(tasks) {
  const known = new Set(tasks.map((task) => task.number));
  const awaits = new Set(tasks.flatMap((task) => task.awaitedBy));
  const holds = new Set(tasks.flatMap((task) => task.heldBy));
  const nodes = new Map();
  const byNumber = new Map();
  for (const task of tasks) {
    // One that others wait for by its lock, or that awaits others, is not like any other.
    const key = awaits.has(task.number) || holds.has(task.number) ? `#${task.number}`
      : JSON.stringify([task.coroutine, task.doing.replace(/[\d.]+/g, ''), task.awaitedBy.filter((n) => known.has(n)), task.heldBy]);
    let node = nodes.get(key);
    if (!node) {
      node = { key, task, alike: 0, circle: undefined, from: [], to: [] };
      nodes.set(key, node);
    }
    node.alike += task.alike ?? 1;
    byNumber.set(task.number, node);
  }
  const connect = (from, to, kind) => {
    if (from && to) {
      const edge = { from, to, kind, circle: false };
      from.to.push(edge);
      to.from.push(edge);
    }
  };
  for (const node of nodes.values()) {
    new Set(node.task.awaitedBy).forEach((number) => connect(byNumber.get(number), node, 'awaits'));
    new Set(node.task.heldBy).forEach((number) => connect(node, byNumber.get(number), 'lock'));
  }
  return [...nodes.values()];
}

/** Tarjan's algorithm: nodes that reach each other are in a circle. */
function markCircles(nodes) {
  let counter = 0;
  let circles = 0;
  const state = new Map();
  const stack = [];
  for (const start of nodes) {
    if (state.has(start)) {
      continue;
    }
    const way = [];
    const enter = (node) => {
      state.set(node, { index: counter, low: counter++, onStack: true });
      stack.push(node);
      way.push({ node, next: 0 });
    };
    enter(start);
    while (way.length > 0) {
      const step = way.at(-1);
      const own = state.get(step.node);
      if (step.next < step.node.to.length) {
        const target = step.node.to[step.next++].to;
        const other = state.get(target);
        if (!other) {
          enter(target);
        } else if (other.onStack) {
          own.low = Math.min(own.low, other.index);
        }
        continue;
      }
      way.pop();
      if (way.length > 0) {
        const before = state.get(way.at(-1).node);
        before.low = Math.min(before.low, own.low);
      }
      if (own.low === own.index) {
        const members = stack.splice(stack.indexOf(step.node));
        members.forEach((node) => { state.get(node).onStack = false; });
        if (members.length > 1 || step.node.to.some((edge) => edge.to === step.node)) {
          circles++;
          members.forEach((node) => { node.circle = circles; });
        }
      }
    }
  }
  nodes.forEach((node) => node.to.forEach((edge) => {
    edge.circle = node.circle !== undefined && node.circle === edge.to.circle;
  }));
}

/** Each circle in the order of who waits for whom, as far as one goes on. */
function circlesOf(nodes) {
  const circles = [];
  const told = new Set();
  for (const node of nodes.filter((one) => one.circle !== undefined)) {
    if (told.has(node.circle)) {
      continue;
    }
    told.add(node.circle);
    const circle = [];
    for (let next = node; next && !circle.includes(next);) {
      circle.push(next);
      next = next.to.find((edge) => edge.circle)?.to;
    }
    circles.push(circle);
  }
  return circles;
}

function connectedParts(nodes) {
  const parts = [];
  const seen = new Set();
  for (const start of nodes) {
    if (seen.has(start)) {
      continue;
    }
    const part = [];
    const open = [start];
    seen.add(start);
    while (open.length > 0) {
      const node = open.pop();
      part.push(node);
      for (const near of [...node.to.map((edge) => edge.to), ...node.from.map((edge) => edge.from)]) {
        if (!seen.has(near)) {
          seen.add(near);
          open.push(near);
        }
      }
    }
    part.sort((a, b) => a.task.number - b.task.number);
    parts.push({ nodes: part, circles: new Set(part.map((node) => node.circle)).size - Number(part.some((node) => node.circle === undefined)) });
  }
  return parts;
}

/**
 * Places the nodes: those that wait on the left, those they wait for to the right of them. Sets x and y of each.
 *
 * @return the size of it all
 */
export function place(graph, wide) {
  let top = 0;
  let right = 0;
  const singles = graph.parts.filter((part) => part.length === 1 && part[0].to.length === 0);
  for (const part of graph.parts.filter((one) => !singles.includes(one))) {
    top += placePart(part, top) + ROW * 0.6;
    right = Math.max(right, ...part.map((node) => node.x));
  }
  // Those alone stand in rows, as wide as there is room.
  const perRow = Math.max(1, Math.floor(Math.max(wide, right + COLUMN) / COLUMN));
  singles.forEach(([node], i) => {
    node.x = (i % perRow) * COLUMN;
    node.y = top + Math.floor(i / perRow) * ROW;
    right = Math.max(right, node.x);
  });
  top += Math.ceil(singles.length / perRow) * ROW;
  return { width: right + COLUMN, height: top };
}

function placePart(part, top) {
  const forward = withoutCircles(part);
  const layers = layersOf(part, forward);
  const before = new Map(part.map((node) => [node, []]));
  forward.forEach((targets, node) => targets.forEach((target) => before.get(target).push(node)));
  const order = new Map();
  const number = (layer) => layer.forEach((node, i) => order.set(node, i));
  layers.forEach(number);
  const sortBy = (layer, neighbours) => {
    const middle = new Map(layer.map((node) => [node, mean(neighbours.get(node).map((near) => order.get(near))) ?? order.get(node)]));
    layer.sort((a, b) => middle.get(a) - middle.get(b));
    number(layer);
  };
  for (let sweep = 0; sweep < 4; sweep++) {
    layers.forEach((layer) => sortBy(layer, before));
    [...layers].reverse().forEach((layer) => sortBy(layer, forward));
  }
  layers.forEach((layer) => layer.forEach((node, i) => { node.y = i * ROW; }));
  for (let sweep = 0; sweep < 6; sweep++) {
    [...layers].reverse().forEach((layer) => settle(layer, forward));
    layers.forEach((layer) => settle(layer, before));
  }
  [...layers].reverse().forEach((layer) => settle(layer, forward));
  const highest = Math.min(...part.map((node) => node.y));
  part.forEach((node) => {
    node.x = node.layer * COLUMN;
    node.y += top - highest;
  });
  return Math.max(...part.map((node) => node.y)) - top + ROW;
}

/** Moves each to the middle of its neighbours, as far as the others leave room. */
function settle(layer, neighbours) {
  const blocks = [];
  for (const node of layer) {
    const wish = mean(neighbours.get(node).map((near) => near.y)) ?? node.y;
    let block = { nodes: [node], wish, y: wish };
    while (blocks.length > 0 && blocks.at(-1).y + blocks.at(-1).nodes.length * ROW > block.y) {
      const above = blocks.pop();
      const size = above.nodes.length + block.nodes.length;
      const wishes = (above.wish * above.nodes.length + (block.wish - above.nodes.length * ROW) * block.nodes.length) / size;
      block = { nodes: [...above.nodes, ...block.nodes], wish: wishes, y: wishes };
    }
    blocks.push(block);
  }
  blocks.forEach((block) => block.nodes.forEach((node, i) => { node.y = block.y + i * ROW; }));
}

const mean = (numbers) => numbers.length === 0 ? undefined : numbers.reduce((sum, n) => sum + n, 0) / numbers.length;

/** Whom each waits for, without the edges that close a circle. */
function withoutCircles(part) {
  const forward = new Map(part.map((node) => [node, []]));
  const state = new Map();
  for (const start of [...part].sort((a, b) => a.from.length - b.from.length)) {
    if (state.has(start)) {
      continue;
    }
    const way = [{ node: start, next: 0 }];
    state.set(start, 'open');
    while (way.length > 0) {
      const step = way.at(-1);
      if (step.next === step.node.to.length) {
        state.set(step.node, 'done');
        way.pop();
        continue;
      }
      const edge = step.node.to[step.next++];
      edge.back = state.get(edge.to) === 'open';
      if (!edge.back && !forward.get(step.node).includes(edge.to)) {
        forward.get(step.node).push(edge.to);
      }
      if (!state.has(edge.to)) {
        state.set(edge.to, 'open');
        way.push({ node: edge.to, next: 0 });
      }
    }
  }
  return forward;
}

/** Each behind all who wait for it. */
function layersOf(part, forward) {
  const open = new Map(part.map((node) => [node, 0]));
  forward.forEach((targets) => targets.forEach((target) => open.set(target, open.get(target) + 1)));
  const ready = part.filter((node) => open.get(node) === 0);
  part.forEach((node) => { node.layer = 0; });
  const layers = [];
  while (ready.length > 0) {
    const node = ready.shift();
    (layers[node.layer] ??= []).push(node);
    for (const target of forward.get(node)) {
      target.layer = Math.max(target.layer, node.layer + 1);
      open.set(target, open.get(target) - 1);
      if (open.get(target) === 0) {
        ready.push(target);
      }
    }
  }
  return layers;
}
