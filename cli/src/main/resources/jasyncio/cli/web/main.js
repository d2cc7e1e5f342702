import { byId, count, counted, duration, element, percent, setText, unseenText } from './elements.js';
import { showRows } from './tables.js';
import { showTimeline, utilisation } from './timeline.js';
import { showGraph } from './drawing.js';

const MINUTE = 60_000;
const VIEWS = ['load', 'waits', 'tasks', 'graph'];
const KEPT = 'jasyncio-token';

const token = takeToken();
const loops = new Map(); // by name: {name, newest, points, slow, statistics}
const choice = { view: 'load', loop: undefined, shown: undefined, paused: false, slow: undefined, task: undefined };
let since = 0;
let now = 0;
let failures = 0;
let ending; // what is to be said once nothing more comes
let steps = 0;

/** The token comes in the address, and is not left there: so it is in no bookmark and on no picture of the window. */
function takeToken() {
  const given = location.hash.slice(1);
  if (/^[\w-]{32}$/.test(given)) {
    sessionStorage.setItem(KEPT, given);
    history.replaceState(null, '', location.pathname);
  }
  return sessionStorage.getItem(KEPT);
}

async function ask(question, values = {}) {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== '');
  const answer = await fetch(`api/${question}?${new URLSearchParams(given)}`,
    { headers: { Authorization: `Bearer ${token}` }, cache: 'no-store' });
  return answer.json();
}

// ---- What comes once a second ---------------------------------------------------------------------------------------------

async function poll() {
  try {
    const answer = await ask('now', { since, window: byId('window').value });
    failures = 0;
    const isFirst = !loopShown();
    take(answer);
    firstLook = isFirst && loopShown() !== undefined;
  } catch {
    failures++;
    if (failures >= 3) {
      ending ??= 'jasyncio web has ended. Start it again for a new page.';
    }
  }
  show();
  if (firstLook) {
    firstLook = false;
    look();
  }
  if (!ending) {
    setTimeout(poll, since === 0 ? 250 : 1000);
  }
}

function take(answer) {
  if (answer.error) {
    ending = answer.error;
    return;
  }
  if (answer.ended) {
    ending = sentence(answer.ended);
  }
  problem = answer.problem ? sentence(answer.problem) : undefined;
  setText(byId('program'), answer.program);
  setText(byId('pid'), answer.pid ? `process ${answer.pid}` : '');
  program = answer.program || (answer.pid ? `process ${answer.pid}` : 'A program');
  now = answer.now;
  since = answer.sequence;
  const present = new Set(answer.loops.map((loop) => loop.name));
  [...loops.keys()].filter((name) => !present.has(name)).forEach((name) => loops.delete(name));
  for (const newest of answer.loops) {
    const loop = loops.get(newest.name) ?? { name: newest.name, points: [], slow: [] };
    loops.set(newest.name, loop);
    loop.newest = newest;
    loop.statistics = newest.statistics ?? loop.statistics;
    newest.slow.forEach((step) => { step.id = String(++steps); });
    loop.points = [...loop.points, ...newest.points].filter((point) => point.at >= now - MINUTE - 2000);
    loop.slow = [...loop.slow, ...newest.slow].filter((step) => step.at >= now - MINUTE);
  }
}

let firstLook = false; // a loop has come
let problem;
let program = '';

const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1) + (text.endsWith('.') ? '' : '.');

const isHeldUp = (loop) => loop?.newest.heldUpBy !== undefined && !loop.newest.ended;

/** So long it has not answered, at least. */
function heldFor(loop) {
  const last = loop.points.findLastIndex((point) => !point.heldUp);
  const first = loop.points[last + 1];
  const seconds = Math.floor(Math.max(first ? (now - first.at) / 1000 : 0, loop.newest.heldUpFor ?? 0));
  return seconds > loop.newest.noAnswerFor ? duration(seconds).replace('.00', '') : duration(loop.newest.noAnswerFor);
}

/**
 * The loop that was chosen; else the one that is shown already, while it lives; else the one that has lived longest, and
 * of these the busiest. One that has ended stays until there is another of which something is known.
 */
function loopShown() {
  const shown = loops.get(choice.loop) ?? loops.get(choice.shown);
  if (shown && (shown.name === choice.loop || !shown.newest.ended)) {
    return shown;
  }
  const [best] = [...loops.values()].sort(byRank);
  const better = shown && !isWorth(best) ? shown : best;
  choice.shown = better?.name;
  return better;
}

/** Whether something is known of it, and it goes on. */
const isWorth = (loop) => !loop.newest.ended && loop.points.length > 1;

const byRank = (one, other) => {
  const [a, b] = [rank(one), rank(other)];
  const differs = a.findIndex((part, i) => part !== b[i]);
  return differs < 0 ? 0 : b[differs] - a[differs];
};

/** What holds a loop up keeps it busy. */
const rank = (loop) => [isWorth(loop) ? 1 : 0, loop.points.length,
  loop.points.reduce((sum, point) => sum + (point.heldUp ? 1 : point.busy ?? 0), 0)];

// ---- The page ---------------------------------------------------------------------------------------------------------------

function show() {
  showState();
  if (choice.paused) {
    return;
  }
  const loop = loopShown();
  showLoops(loop);
  byId('empty').hidden = loop !== undefined;
  setText(byId('empty'), ending ?? problem ?? (since > 0 ? 'No event loop runs in this program.' : 'Looking at the program …'));
  byId('body').dataset.view = choice.view;
  byId('numbers').hidden = byId('timeline').hidden = loop === undefined;
  byId('views').hidden = loop === undefined;
  for (const view of VIEWS) {
    byId(`view-${view}`).hidden = loop === undefined || view !== choice.view;
    byId(`tab-${view}`).setAttribute('aria-selected', view === choice.view);
    byId(`tab-${view}`).tabIndex = view === choice.view ? 0 : -1;
  }
  showHeldUp(loop);
  showAge(loop);
  if (loop) {
    showNumbers(loop);
    if (!pressed && byId('timeline').offsetParent) { // a click must find what it began on
      showTimeline(byId('timeline'), loop, now, choice.slow, openSlow);
    }
    ({ load: showLoad, waits: showWaits, tasks: () => {}, graph: () => {} })[choice.view](loop);
  }
}

function showState() {
  const held = [...loops.values()].some(isHeldUp);
  const [kind, text] = ending ? ['ended', ending]
    : problem ? ['held', problem]
      : choice.paused ? ['paused', 'Paused']
        : held ? ['held', 'Held up']
          : since > 0 ? ['live', 'Live'] : ['paused', 'Connecting'];
  byId('state').className = kind;
  setText(byId('state'), text);
  document.title = `${ending ? '■ ' : held ? '▲ ' : ''}${program} · jasyncio`;
}

function showLoops(shown) {
  const where = byId('loops');
  where.hidden = loops.size < 2;
  const names = [...loops.keys()];
  if (where.dataset.names !== JSON.stringify(names)) {
    where.dataset.names = JSON.stringify(names);
    where.replaceChildren(...names.map((name) =>
      element('button', { type: 'button', role: 'tab', 'data-loop': name, onclick: () => chooseLoop(name) },
        element('span', {}, name), element('span', { class: 'quiet' }))));
  }
  for (const tab of where.children) {
    const loop = loops.get(tab.dataset.loop);
    const use = loop.points.length > 0 ? utilisation(loop.points.at(-1)) : undefined;
    tab.setAttribute('aria-selected', loop === shown);
    tab.tabIndex = loop === shown ? 0 : -1;
    tab.classList.toggle('held', isHeldUp(loop));
    setText(tab.lastChild, loop.newest.ended ? 'ended' : isHeldUp(loop) ? 'held up' : use === undefined ? '' : percent(use));
  }
}

function showHeldUp(loop) {
  const where = byId('held');
  where.hidden = !isHeldUp(loop);
  if (where.hidden) {
    where.replaceChildren();
    return;
  }
  if (where.children.length === 0) {
    where.append(element('h2'), element('pre'));
  }
  setText(where.firstChild, `${loop.name} is held up: it has not answered for ${heldFor(loop)}.`);
  setText(where.lastChild, loop.newest.heldUpBy);
}

/** Says of what is shown how old it is while the loop does not answer. */
function showAge(loop) {
  const since = loop && isHeldUp(loop)
    ? { load: undefined, waits: loop.newest.answered, tasks: seenAt.tasks[loop.name], graph: seenAt.graph[loop.name] }[choice.view]
    : undefined;
  byId('age').hidden = since === undefined;
  setText(byId('age'), since === undefined ? '' : `${loop.name} is held up: this is as it was ${duration(Math.max(0, (now - since) / 1000))} ago.`);
  VIEWS.forEach((view) => byId(`view-${view}`).classList.toggle('old', view === choice.view && since !== undefined));
}

const seenAt = { tasks: {}, graph: {} }; // when the loop of a name has last said what the view shows

function showNumbers(loop) {
  const point = loop.points.at(-1) ?? {};
  const statistics = loop.statistics ?? {};
  const executor = statistics.executor;
  const use = utilisation(point);
  const all = {
    Utilisation: use === undefined ? '–' : percent(use),
    'In steps': share(point, point.inSteps),
    Waiting: share(point, point.waited),
    Collector: share(point, point.collector),
    'Lag p50': point.lag ? duration(point.lag.p50) : '–',
    'Lag p99': point.lag ? duration(point.lag.p99) : '–',
    'Lag max': point.lag ? duration(point.lag.max) : '–',
    'Steps/s': point.seconds ? count(point.steps / point.seconds) : '–',
    Ready: number(statistics.ready),
    Tasks: number(statistics.tasks),
    Blocked: number(statistics.blocked),
    Timers: number(statistics.timers),
    Channels: number(statistics.channels),
    Executor: executor ? `${count(executor.active)} of ${count(executor.maxThreads)}${
      executor.queued > 0 ? ` +${count(executor.queued)}` : ''}` : '–',
  };
  const where = byId('numbers');
  if (where.children.length === 0) {
    where.append(element('dl', {}, ...Object.keys(all).map((name) =>
      element('div', { 'data-name': name, title: MEANINGS[name] }, element('dt', {}, name), element('dd')))));
  }
  Object.values(all).forEach((text, i) => setText(where.firstChild.children[i].lastChild, text));
  where.classList.toggle('stale', isHeldUp(loop) || loop.newest.ended || ending !== undefined);
}

/** A part of the last second, if it is known: an older program does not say. */
const share = (point, seconds) => seconds === undefined || utilisation(point) === undefined
  ? '–' : percent(Math.min(1, seconds / point.seconds));

const MEANINGS = {
  Utilisation: 'The part of the last second that the loop was busy, not waiting',
  'In steps': 'The part of the last second that steps of tasks, and callbacks, took',
  Waiting: 'The part of the last second that the loop waited for something to do',
  Collector: 'The part of the last second for which the garbage collector stopped the program',
  'Lag p50': 'How long something that is due waits for its turn: the median of the last second',
  'Lag p99': 'How long something that is due waits for its turn: 99 of 100 wait for less',
  'Lag max': 'How long something that is due waits for its turn: the longest of the last second',
  'Steps/s': 'Steps of tasks, and callbacks, that ended in the last second',
  Ready: 'Callbacks and tasks that are due',
  Tasks: 'Tasks that are not done',
  Blocked: 'Tasks that are in a blocking call, set aside',
  Timers: 'Callbacks for later',
  Channels: 'Sockets and pipes that the loop watches',
  Executor: 'Threads that work, of so many at most; + what is queued',
};

const number = (n) => n === undefined ? '–' : count(n);

// ---- Load -------------------------------------------------------------------------------------------------------------------

function hotColumns(loop, title, kind) {
  const all = Math.max(...[...loop.newest[kind].map((entry) => entry.seconds), 1e-9]);
  return [
    { title, kind: 'name', text: (entry) => entry.name, bar: (entry) => entry.seconds / all },
    { title: 'Time', kind: 'number', text: (entry) => duration(entry.seconds) },
    { title: 'Steps', kind: 'number', text: (entry) => count(entry.steps) },
    { title: 'Longest', kind: 'number', text: (entry) => duration(entry.longest) },
  ];
}

function showLoad(loop) {
  showRows(byId('functions'), hotColumns(loop, 'Function', 'functions'), loop.newest.functions.slice(0, 12),
    { key: (entry) => entry.name, none: isHeldUp(loop) ? 'The loop is held up: see above by whom.' : 'Nothing ran.' });
  showRows(byId('hot'), hotColumns(loop, 'Task', 'tasks'), loop.newest.tasks.slice(0, 12),
    { key: (entry) => entry.number, open: (entry) => openTask(entry.number),
      none: isHeldUp(loop) ? 'The loop is held up: see above by whom.' : 'No task ran.' });
  showRows(byId('slow'), [
    { title: 'Step of', kind: 'name', text: (step) => step.name ?? 'a callback' },
    { title: 'Function', kind: 'text', text: (step) => step.function },
    { title: 'Took', kind: 'number', text: (step) => duration(step.seconds) },
    { title: 'Had to wait', kind: 'number', text: (step) => count(step.ready) },
    { title: 'Ended', kind: 'number', text: (step) => `${Math.round((now - step.at) / 1000)} s ago` },
  ], [...loop.slow].reverse().slice(0, 50),
  { key: (step) => step.id, open: openSlow, isChosen: (step) => step.id === choice.slow,
    none: 'No step held the loop up for longer than its limit, 0.1 s unless the program sets another.' });
}

// ---- Waits ------------------------------------------------------------------------------------------------------------------

/** What is said where there is nothing: an older program says none of it if it has very many tasks. */
const nothing = (loop, text) => {
  if (!loop.statistics) {
    return isHeldUp(loop) ? 'The loop is held up, and has not said it before.' : text;
  }
  return loop.newest.waits ? text : 'The program does not say it of so many tasks.';
};

/** The first of tasks that do the like. */
const alike = (task) => task.alike > 1 ? `${task.name} and ${count(task.alike - 1)} like it` : task.name;

function showWaits(loop) {
  const { waits, waitedFor, queues, unawaited, sampled } = loop.newest;
  const open = (entry) => openTask(entry.number);
  showRows(byId('waits'), [
    { title: 'Task', kind: 'name', text: alike },
    { title: 'Waits for', kind: 'text', text: (entry) => entry.waitsFor },
    { title: 'At least', kind: 'number', text: (entry) => duration(entry.seconds) },
  ], waits ?? [], { key: (entry) => entry.number, open, none: nothing(loop, 'No task waits.') });
  showRows(byId('waited'), [
    { title: 'What', kind: 'name', text: (entry) => entry.what },
    { title: 'Tasks', kind: 'number', text: (entry) => count(entry.tasks) },
  ], waitedFor ?? [], { key: (entry) => entry.what, open: (entry) => filterBy(entry.waiting ?? entry.what),
    none: nothing(loop, 'No task waits.') });
  showRows(byId('queues'), [
    { title: 'Queue', kind: 'name', text: (entry) => entry.name },
    { title: 'Items', kind: 'number', text: (entry) => entry.maxsize > 0 ? `${count(entry.size)} of ${count(entry.maxsize)}` : count(entry.size) },
    { title: 'Wait for an item', kind: 'number', text: (entry) => count(entry.getting) },
    { title: 'Wait for room', kind: 'number', text: (entry) => count(entry.putting) },
    { title: 'At least', kind: 'number', text: (entry) => duration(entry.seconds) },
  ], queues ?? [], { key: (entry) => entry.id, open: (entry) => filterBy(entry.name), none: nothing(loop, 'No task waits for a queue.') });
  showRows(byId('unawaited'), [
    { title: 'Task', kind: 'name', text: alike },
    { title: 'Waits for', kind: 'text', text: (entry) => entry.waitsFor ?? '' },
    { title: 'Coroutine', kind: 'text', text: (entry) => entry.coroutine },
    { title: 'Age', kind: 'number', text: (entry) => duration(entry.age) },
  ], unawaited ?? [], { key: (entry) => entry.number, open,
    none: nothing(loop, 'Every task is awaited by somebody.') });
  byId('sampled').hidden = sampled === undefined;
  setText(byId('sampled'), sampled === undefined ? ''
    : `There are too many tasks to look at each of them every second: this is of ${count(sampled)} of ${counted(loop.statistics.tasks, 'task')}, spread evenly.`);
}

function filterBy(what) {
  const filter = byId('filter').elements;
  filter.name.value = filter.state.value = '';
  filter.waiting.value = what;
  chooseView('tasks');
}

// ---- Tasks and graph: asked for while they are shown ------------------------------------------------------------------------

let looking = false;
let soon = true; // something is to be shown soon, rather than everything
let again = false; // it is to be looked once more, as something else has been chosen meanwhile
let pressed = false; // while a button of the mouse is down

async function look() {
  if (looking) {
    again = true;
    return;
  }
  if (choice.paused || ending || !loopShown()) {
    return;
  }
  looking = true;
  again = false;
  const hurry = soon ? { soon: 1 } : {};
  let unseen;
  try {
    if (choice.view === 'tasks') {
      const { name, state, waiting } = Object.fromEntries(new FormData(byId('filter')));
      const answer = await ask('ps', { name, state, waiting, limit: 200, ...hurry });
      unseen = ofLoopShown(answer)?.unseen;
      if (!again) {
        showTasks(answer);
      }
    } else if (choice.view === 'graph') {
      const loop = ofLoopShown(await ask('tree', hurry));
      unseen = loop?.unseen;
      if (!again && !pressed && loop?.tasks) {
        seenAt.graph[loop.name] = now;
        showGraph(loop, { graph: byId('graph'), note: byId('graph-note'), circles: byId('circles') }, (task) => openTask(task.number));
      }
    }
  } catch {
    // The next poll says why there is no answer.
  } finally {
    looking = false;
  }
  if (again) {
    look();
  } else if (soon) {
    soon = unseen === undefined; // nothing has come
    if (unseen > 0) {
      look();
    }
  }
}

/** Looks at something else than before. */
function lookAnew() {
  soon = true;
  look();
}

const ofLoopShown = (answer) => answer.loops?.find((loop) => loop.name === loopShown()?.name);

function showTasks(answer) {
  const loop = ofLoopShown(answer);
  if (!loop?.groups) {
    setText(byId('matching'), answer.error ?? 'The loop does not answer.');
    return;
  }
  seenAt.tasks[loop.name] = now;
  const all = loop.statistics.tasks;
  const seen = all - (loop.unseen ?? 0);
  setText(byId('matching'), `${loop.matching === seen ? counted(seen, 'task') : `${count(loop.matching)} of ${counted(seen, 'task')}`}${
    loop.left > 0 ? `; ${count(loop.left)} are not shown` : ''}${unseenText(loop.unseen)}`);
  showRows(byId('tasks'), [
    { title: 'Task', kind: 'name', text: alike },
    { title: 'State', kind: 'state', text: (group) => group.state },
    { title: 'Waits for', kind: 'text', text: (group) => [group.waitsFor, group.cancellation].filter(Boolean).join('; ') },
    { title: 'Awaited by', kind: 'text', text: (group) => group.awaitedBy.join(', ') },
    { title: 'Coroutine', kind: 'text', text: (group) => group.coroutine },
    { title: 'Age', kind: 'number', text: (group) => group.age === undefined ? '' : duration(group.age) },
  ], loop.groups, { key: (group) => group.number, open: (group) => openTask(group.number),
    isChosen: (group) => group.number === choice.task, none: 'No task is like that.' });
}

// ---- Details ----------------------------------------------------------------------------------------------------------------

let opener;

function openSlow(step) {
  choice.slow = step.id;
  choice.task = undefined;
  showDetails(`Slow step of ${step.name ?? 'a callback'}`, {
    Function: step.function,
    'Held the loop for': duration(step.seconds),
    'Had to wait': step.ready === 1 ? '1 other' : `${count(step.ready)} others`,
    Ended: `${duration(Math.max(0, (now - step.at) / 1000))} ago`,
  }, step.stack, step.stack.length > 0 ? 'Where it was' : 'Nobody saw where it was: it was over before somebody looked.',
  step.number === undefined ? undefined : ['Where is this task now?', () => openTask(step.number)]);
  show();
}

async function openTask(wanted) {
  choice.task = wanted;
  choice.slow = undefined;
  show();
  let answer;
  try {
    answer = await ask('where', { name: `#${wanted}` });
  } catch {
    answer = { error: 'There is no answer.' };
  }
  if (choice.task !== wanted) {
    return;
  }
  const task = ofLoopShown(answer)?.tasks?.find((one) => one.number === wanted);
  if (!task) {
    const held = ofLoopShown(answer)?.heldUpBy;
    showDetails(`Task #${wanted}`, {}, [], answer.error ?? (held ? 'The loop is held up, and does not answer.' : 'It has ended.'));
    return;
  }
  showDetails(task.name, {
    State: task.state,
    Does: task.doing,
    Coroutine: task.coroutine,
    Cancellation: task.cancellation,
    Age: task.age === undefined ? undefined : duration(task.age),
    'Awaited by': task.awaitedBy.join(', ') || 'nobody',
    Number: `#${task.number}`,
  }, task.stack, 'Where it is', ['Look again', () => openTask(wanted)]);
}

function showDetails(title, facts, stack, heading, action) {
  const where = byId('details');
  if (where.hidden) {
    opener = document.activeElement;
  }
  where.replaceChildren(
    element('div', { class: 'title' },
      element('h2', {}, title),
      element('button', { type: 'button', 'aria-label': 'Close', title: 'Key Esc', onclick: closeDetails }, '✕')),
    element('dl', {}, ...Object.entries(facts).filter(([, text]) => text !== undefined).flatMap(([name, text]) =>
      [element('dt', {}, name), element('dd', {}, text)])),
    element('h3', {}, heading),
    element('ol', { class: 'stack' }, ...stack.map(frameLine)),
    element('p', { class: 'actions' },
      action && element('button', { type: 'button', onclick: action[1] }, action[0]),
      stack.length > 0 && navigator.clipboard
        ? element('button', { type: 'button', onclick: () => navigator.clipboard.writeText(
          [title, ...stack.map((frame) => `    at ${frame}`)].join('\n')).catch(() => {}) }, 'Copy')
        : undefined));
  where.hidden = false;
  document.body.classList.add('with-details');
  where.focus({ preventScroll: matchMedia('(min-width: 900px)').matches });
}

/** A frame that may be broken behind dots; what is not the program's own is quiet. */
function frameLine(frame) {
  const parts = frame.split(/(?<=[./(])/);
  return element('li', { class: /^(java|javax|jdk|sun)[./]/.test(frame) ? 'quiet' : undefined },
    ...parts.flatMap((part, i) => i === 0 ? [part] : [element('wbr'), part]));
}

function closeDetails() {
  byId('details').hidden = true;
  document.body.classList.remove('with-details');
  choice.slow = choice.task = undefined;
  show();
  (opener?.isConnected ? opener : byId('timeline').querySelector('[tabindex]') ?? byId(`tab-${choice.view}`)).focus();
}

// ---- What people do ---------------------------------------------------------------------------------------------------------

function chooseView(view) {
  choice.view = view;
  history.replaceState(null, '', `#${view}`);
  show();
  lookAnew();
}

function chooseLoop(name) {
  choice.loop = name;
  delete byId('graph').dataset.looks;
  show();
  lookAnew();
}

function pause() {
  choice.paused = !choice.paused;
  byId('pause').setAttribute('aria-pressed', choice.paused);
  setText(byId('pause'), choice.paused ? 'Go on' : 'Pause');
  show();
  look();
}

function chooseTheme(theme) {
  document.documentElement.dataset.theme = theme;
  byId('theme').value = theme;
  localStorage.setItem('jasyncio-theme', theme);
}

/** The arrows move along a list of tabs. */
function moveAlong(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (step) {
    const tabs = [...event.currentTarget.children];
    const next = tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length];
    next.click();
    next.focus();
  }
}

let typed;
document.addEventListener('pointerdown', () => { pressed = true; });
['pointerup', 'pointercancel'].forEach((end) => document.addEventListener(end, () => { pressed = false; }));
byId('views').addEventListener('click', (event) => event.target.dataset.view && chooseView(event.target.dataset.view));
byId('views').addEventListener('keydown', moveAlong);
byId('loops').addEventListener('keydown', moveAlong);
byId('pause').addEventListener('click', pause);
byId('theme').addEventListener('change', () => chooseTheme(byId('theme').value));
byId('window').addEventListener('change', show);
byId('filter').addEventListener('submit', (event) => event.preventDefault());
byId('filter').addEventListener('input', () => {
  clearTimeout(typed);
  typed = setTimeout(lookAnew, 200);
});
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches('input, select')) {
    return;
  }
  if (event.key === 'Escape' && !byId('details').hidden) {
    closeDetails();
  } else if (event.key === 'p') {
    pause();
  } else if (VIEWS[event.key - 1]) {
    chooseView(VIEWS[event.key - 1]);
  }
});
addEventListener('resize', () => {
  show();
  look();
});
addEventListener('hashchange', () => {
  if (location.hash.length > 30) { // another address was pasted
    takeToken();
    location.reload();
  }
});

if (VIEWS.includes(location.hash.slice(1))) {
  choice.view = location.hash.slice(1);
}
chooseTheme(localStorage.getItem('jasyncio-theme') ?? '');
if (token) {
  poll();
  setInterval(look, 2000);
} else {
  ending = 'The token is missing: take the whole address that jasyncio web printed.';
  show();
}
