import { cpSync, existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitepress'

/*
 * The pages are those of docs/, and a few that lie beside it, as they are: nothing is copied. Links in them are relative, for
 * who reads them in the repository; here those to other pages lead to these, and all others to the repository.
 */
const root = fileURLToPath(new URL('../..', import.meta.url))
const repository = 'https://github.com/jasyncio/jasyncio'
const base = process.env.SITE_BASE ?? '/'
const version = readFileSync(join(root, 'pom.xml'), 'utf8').match(/<version>([^<]+)<\/version>/)[1]

/** Where the site of each version is: the one that is being worked on, which is at the root, and those released. */
const start = process.env.SITE_ROOT ?? base
const released = (process.env.SITE_VERSIONS ?? '').split(' ').filter((name) => name !== '')
const versions = [
  { name: 'main', path: start },
  ...released.map((name) => ({ name, path: start + name + '/' })),
]

const beside = {
  'site/index.md': 'index.md',
  'README.md': 'about.md',
  'CONTRIBUTING.md': 'contributing.md',
  'CHANGELOG.md': 'changelog.md',
}

/** The Javadoc of a module, where it was built; that of the one in Kotlin is made by Dokka. */
const modules = ['core', 'testing', 'http', 'micrometer', 'opentelemetry', 'slf4j', 'kotlin']
  .map((folder) => ({
    folder,
    from: join(root, folder, folder === 'kotlin' ? 'target/dokkaJavadoc' : 'target/reports/apidocs'),
  }))
  .filter(({ from }) => existsSync(join(from, 'index.html')))

/** All recipes, by their titles. */
const recipes = readdirSync(join(root, 'docs/recipes'))
  .filter((file) => file !== 'README.md')
  .map((file) => ({
    text: readFileSync(join(root, 'docs/recipes', file), 'utf8').match(/^# (.+)/)[1],
    link: '/recipes/' + file.replace(/\.md$/, ''),
  }))

const sidebar = [
  {
    text: 'Begin',
    items: [
      { text: 'At a glance', link: '/about' },
      { text: 'Installation', link: '/install' },
      { text: 'Tutorial', link: '/tutorial' },
      { text: 'HTTP', link: '/http' },
      { text: 'Testing', link: '/testing' },
      { text: 'The simulated world', link: '/simulation' },
      { text: 'Code that blocks', link: '/blocking' },
      { text: 'Kotlin', link: '/kotlin' },
    ],
  },
  {
    text: 'From elsewhere',
    items: [
      { text: 'From asyncio', link: '/from-asyncio' },
      { text: 'From virtual threads', link: '/from-virtual-threads' },
      { text: 'From Kotlin', link: '/from-kotlin' },
      { text: 'From Vert.x and Reactor', link: '/from-vertx-reactor' },
      { text: 'When not to use it', link: '/when-not' },
    ],
  },
  {
    text: 'Recipes',
    collapsed: true,
    items: [{ text: 'What works with what', link: '/recipes/' }, ...recipes],
  },
  {
    text: 'Look up',
    items: [
      { text: 'Python to Java', link: '/python-map' },
      { text: 'Differences from asyncio', link: '/differences' },
      { text: 'What 3.15 changed', link: '/asyncio-3.15' },
      { text: 'Faults that exploration finds', link: '/testing-gallery' },
      { text: 'Glossary', link: '/glossary' },
      { text: 'Systems', link: '/systems' },
      { text: 'Support', link: '/support' },
    ],
  },
  {
    text: 'Inside',
    items: [
      { text: 'Architecture', link: '/architecture' },
      { text: 'Decisions', link: '/decisions/' },
      { text: 'CPython’s own tests', link: '/cpython-tests' },
      { text: 'Seed programs', link: '/seeds' },
      { text: 'Contributing', link: '/contributing' },
      { text: 'Good first issues', link: '/good-first-issues' },
      { text: 'Changes', link: '/changelog' },
    ],
  },
]

/** A page's file in the site, of its file in the repository; none if it is no page. */
function pageOf(file) {
  if (beside[file]) {
    return beside[file]
  }
  return file.startsWith('docs/') && file.endsWith('.md') && !file.includes('/0000-')
    ? file.slice('docs/'.length).replace(/(^|\/)README\.md$/, '$1index.md')
    : undefined
}

/** Where a relative link of a file leads to in the site. */
function target(link, file) {
  const [path, hash] = link.split('#')
  if (path === '') {
    return link
  }
  const there = relative(root, resolve(root, dirname(file), decodeURI(path)))
  const page = pageOf(there)
  const anchor = hash === undefined ? '' : '#' + hash
  if (page !== undefined) {
    return '/' + page.replace(/(^|\/)index\.md$/, '$1').replace(/\.md$/, '') + anchor
  }
  const isFolder = statSync(join(root, there)).isDirectory()
  return `${repository}/${isFolder ? 'tree' : 'blob'}/main/${there}${anchor}`
}

/** Anchors of headings as GitHub makes them: the links in the pages count on these. */
function slugify(heading) {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
}

function links(markdown) {
  markdown.core.ruler.push('links-of-the-repository', (state) => {
    const path = state.env.realPath ?? state.env.path
    if (path === undefined) {
      return // no page: a title, say
    }
    const file = relative(root, path)
    for (const block of state.tokens) {
      for (const token of block.children ?? []) {
        const href = token.type === 'link_open' ? token.attrGet('href') : null
        if (href !== null && !/^([a-z]+:|\/)/.test(href)) {
          token.attrSet('href', target(href, file))
        }
      }
    }
  })
}

/** Tables scroll by themselves, and not with the page. */
function tables(markdown) {
  markdown.renderer.rules.table_open = () => '<div class="table" tabindex="0"><table>\n'
  markdown.renderer.rules.table_close = () => '</table></div>\n'
}

/** The pages lie above this folder, where nothing is installed: what renders them finds Vue all the same. */
const vueOfThisFolder = {
  name: 'vue-of-this-folder',
  enforce: 'pre',
  resolveId: (source, _importer, { ssr }) =>
    ssr && /^vue(\/|$)/.test(source) ? { id: source, external: true } : undefined,
}

/** Short code is not broken: an arrow would fall apart. */
function shortCode(markdown) {
  const render = markdown.renderer.rules.code_inline
  markdown.renderer.rules.code_inline = (tokens, at, ...others) => {
    if (tokens[at].content.length <= 18) {
      tokens[at].attrJoin('class', 'short')
    }
    return render(tokens, at, ...others)
  }
}

export default defineConfig({
  title: 'jasyncio',
  description: 'Python’s asyncio for the JVM: coroutines, one event loop, tasks and cancellation, in plain Java 25',
  lang: 'en-GB',
  base,
  srcDir: '..',
  srcExclude: ['site/versions/**', '!(README|CONTRIBUTING|CHANGELOG).md', '!(docs|site|*.md)/**', '**/0000-*.md'],
  rewrites: (file) => pageOf(file) ?? file,
  outDir: 'dist',
  cleanUrls: true,
  lastUpdated: false,
  ignoreDeadLinks: [/^\/javadoc\//], // they are pages of another kind; check-links.js follows them
  head: [['link', { rel: 'icon', href: 'data:,' }]],

  vite: {
    plugins: [vueOfThisFolder],
    build: { chunkSizeWarningLimit: 2000 }, // the index of the search
  },

  markdown: {
    anchor: { slugify },
    config(markdown) {
      links(markdown)
      tables(markdown)
      shortCode(markdown)
    },
  },

  themeConfig: {
    versions,
    version: released.includes(version) ? version : 'main',
    nav: [
      { text: 'Tutorial', link: '/tutorial' },
      { text: 'HTTP', link: '/http' },
      { text: 'Testing', link: '/testing' },
      ...(modules.length > 0
        ? [{
            text: 'Javadoc',
            items: modules.map(({ folder }) => ({
              text: folder === 'core' ? 'jasyncio' : 'jasyncio.' + folder,
              link: `/javadoc/${folder}/index.html`,
              target: '_self',
            })),
          }]
        : []),
      {
        text: versions.length > 1 ? 'More' : version, // the menu of versions has it
        items: [
          { text: 'Changes', link: '/changelog' },
          { text: 'When not to use it', link: '/when-not' },
          { text: 'Contributing', link: '/contributing' },
        ],
      },
    ],
    sidebar,
    outline: { level: [2, 3] },
    socialLinks: [{ icon: 'github', link: repository }],
    editLink: { pattern: ({ filePath }) => `https://github.com/jasyncio/jasyncio/edit/main/${filePath}` },
    search: {
      provider: 'local',
      options: {
        // Long lists would be found for every word.
        _render: (text, env, markdown) =>
          /(cpython-tests|seeds|CHANGELOG)\.md$/.test(env.relativePath) ? '' : markdown.render(text, env),
      },
    },
    footer: { message: 'Licensed under the Apache License 2.0.' },
  },

  buildEnd({ outDir }) {
    for (const { folder, from } of modules) {
      cpSync(from, join(outDir, 'javadoc', folder), { recursive: true })
    }
  },
})
