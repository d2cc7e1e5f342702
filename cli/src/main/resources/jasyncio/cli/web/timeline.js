import { count, duration, element, percent, shape } from './elements.js';

// The last minute of a loop: how busy it was, how long things waited for their turn, and its slow steps as marks.

const SECONDS = 60;
const LEFT = 52;
const RIGHT = 12;
const HEIGHT = 74;
const MARKS = 24;
const AXIS = 20;

/** How busy the loop was, from 0 to 1; nobody knows while it does not answer, nor when measuring has just begun. */
export const utilisation = (point) =>
  point.heldUp || !(point.seconds > 0.05) ? undefined : Math.min(1, point.busy / point.seconds);

/**
 * Draws it.
 *
 * @param loop {points, slow}
 * @param now milliseconds, as the points have them
 * @param choose called with a slow step that is clicked
 */
export function showTimeline(where, loop, now, chosen, choose) {
  const width = Math.max(280, where.clientWidth);
  const focused = document.activeElement?.dataset?.step;
  const x = (at) => width - RIGHT - ((now - at) / 1000 / SECONDS) * (width - LEFT - RIGHT);
  const top = { use: 14, lag: 14 + HEIGHT + 22, marks: 14 + 2 * HEIGHT + 32 };
  const height = top.marks + MARKS + AXIS;
  const lags = loop.points.map((point) => point.lag?.max ?? 0);
  const most = niceCeiling(Math.max(0.001, ...lags));
  const picture = shape('svg', { width, height, viewBox: `0 0 ${width} ${height}`, role: 'group',
    'aria-label': describe(loop) });

  for (const seconds of [60, 50, 40, 30, 20, 10, 0]) {
    const at = x(now - seconds * 1000);
    picture.append(
      shape('line', { class: 'grid', x1: at, x2: at, y1: top.use, y2: top.marks + MARKS }),
      shape('text', { class: 'tick', x: at, y: height - 5, 'text-anchor': seconds === 0 ? 'end' : 'middle' },
        seconds === 0 ? 'now' : `\u2212${seconds} s`));
  }
  chart(picture, 'Utilisation', top.use, [[0, '0'], [0.5, '50\u202f%'], [1, '100\u202f%']], 1, width);
  chart(picture, 'Lag, longest of each second', top.lag,
    [[0, '0'], [most / 2, duration0(most / 2)], [most, duration0(most)]], most, width);
  picture.append(shape('text', { class: 'tick', x: LEFT - 8, y: top.marks + MARKS - 8, 'text-anchor': 'end' }, 'slow'));

  for (const { start, end } of heldUp(loop, now)) {
    const from = Math.max(LEFT, x(start));
    picture.append(shape('rect', { class: 'held', x: from, y: top.use, width: Math.max(0, x(end) - from),
      height: top.lag + HEIGHT - top.use }));
  }
  for (const run of runs(loop.points.filter((point) => x(point.at) >= LEFT))) {
    const use = run.map((point) => [x(point.at), top.use + HEIGHT * (1 - utilisation(point))]);
    const first = Math.max(LEFT, x(run[0].at - run[0].seconds * 1000));
    const all = [[first, use[0][1]], ...use];
    picture.append(
      shape('path', { class: 'area', d: `M${first},${top.use + HEIGHT}L${all.join('L')}L${use.at(-1)[0]},${top.use + HEIGHT}Z` }),
      shape('path', { class: 'line', d: `M${all.join('L')}` }));
    const lag = run.filter((point) => point.lag)
      .map((point) => [x(point.at), top.lag + HEIGHT * (1 - Math.min(1, point.lag.max / most))]);
    if (lag.length > 0) {
      picture.append(shape('path', { class: 'line lag', d: `M${lag.join('L')}` }));
    }
  }
  const steps = loop.slow.filter((step) => x(step.at) >= LEFT);
  for (const step of steps) {
    const from = Math.max(LEFT, x(step.at - step.seconds * 1000));
    const tall = MARKS * Math.min(1, 0.35 + 0.25 * Math.log10(1 + step.seconds * 10));
    picture.append(shape('g',
      {
        class: 'step', tabindex: 0, role: 'button', 'data-step': step.id,
        'data-chosen': step.id === chosen,
        'aria-label': `Slow step of ${step.name ?? step.function}: ${duration(step.seconds)}`,
        onclick: () => choose(step),
        onkeydown: (event) => {
          if (event.key === 'Enter' || event.key === ' ') {
            event.preventDefault();
            choose(step);
          }
        },
      },
      shape('title', {}, `${step.name ?? step.function}: ${duration(step.seconds)}, ${count(step.ready)} had to wait`),
      shape('rect', { class: 'target', x: from - 4, y: top.marks, width: Math.max(10, x(step.at) - from + 8), height: MARKS }),
      shape('rect', { class: 'bar', x: from, y: top.marks + MARKS - tall, width: Math.max(3, x(step.at) - from), height: tall, rx: 1 })));
  }
  where.replaceChildren(picture, ...(steps.length > 0 ? [] : [element('p', { class: 'hidden' }, 'No slow steps.')]));
  if (focused) {
    where.querySelector(`[data-step="${CSS.escape(focused)}"]`)?.focus();
  }
}

/**
 * The times in which the loop was held up, {start, end} in milliseconds. It is seen to be at some points only; the step
 * that did it says from when to when, once it has ended, and so the two stand above each other.
 */
export function heldUp(loop, now) {
  const times = [];
  loop.points.forEach((point, i) => {
    if (!point.heldUp) {
      return;
    }
    const before = loop.points[i - 1];
    const last = times.at(-1);
    const step = loop.slow.find((one) => one.at >= point.at - 250 && one.at - one.seconds * 1000 <= point.at);
    const end = point === loop.points.at(-1) && !loop.newest.ended ? now : point.at;
    if (step && step !== last?.step) {
      times.push({ start: step.at - step.seconds * 1000, end: step.at, step });
    } else if (!step && last && !last.step && before.heldUp && point.at - before.at < 3000) {
      last.end = end;
    } else if (!step) {
      times.push({ start: point.at - 1000 * (point.heldUpFor ?? 1), end });
    }
  });
  return times;
}

/** Points that follow on each other; where the program was not looked at, the line has a gap. */
function runs(points) {
  const all = [];
  let last;
  for (const point of points) {
    if (utilisation(point) === undefined) {
      last = undefined;
      continue;
    }
    if (!last || point.at - last.at > 3000) {
      all.push([]);
    }
    all.at(-1).push(point);
    last = point;
  }
  return all;
}

function chart(picture, title, top, ticks, most, width) {
  picture.append(shape('text', { class: 'title', x: LEFT, y: top - 4 }, title));
  for (const [value, text] of ticks) {
    const y = top + HEIGHT * (1 - value / most);
    picture.append(
      shape('line', { class: 'grid', x1: LEFT, x2: width - RIGHT, y1: y, y2: y }),
      shape('text', { class: 'tick', x: LEFT - 8, y: y + 4, 'text-anchor': 'end' }, text));
  }
}

/** The next of 1, 2 and 5, and their tenfold. */
function niceCeiling(value) {
  const ten = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((n) => n * ten).find((n) => n >= value * 0.999);
}

function duration0(seconds) {
  const [value, unit] = seconds < 0.9995e-3 ? [seconds * 1e6, 'µs'] : seconds < 0.9995 ? [seconds * 1e3, 'ms'] : [seconds, 's'];
  return `${Number(value.toPrecision(2))} ${unit}`;
}

function describe(loop) {
  const last = loop.points.at(-1);
  const use = last && utilisation(last);
  return `The last minute: utilisation ${use === undefined ? 'unknown' : percent(use)}, ${loop.slow.length} slow steps`;
}
