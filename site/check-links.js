/*
 * Follows the links of the site that was built: to pages, to anchors on them, to pictures and other files. Javadoc's own pages
 * were checked when they were made.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const site = fileURLToPath(new URL('dist', import.meta.url))
const base = process.env.SITE_BASE ?? '/'

const pages = readdirSync(site, { recursive: true })
  .filter((file) => file.endsWith('.html') && !file.startsWith('javadoc'))
  .map((file) => join(site, file))
const texts = new Map(pages.map((page) => [page, readFileSync(page, 'utf8')]))
const anchors = new Map(
  [...texts].map(([page, text]) => [page, new Set([...text.matchAll(/ id="([^"]*)"/g)].map((m) => m[1]))]))

/** The file that a server gives for a path, or none. */
function fileOf(path) {
  const file = join(site, path)
  return [file, file + '.html', join(file, 'index.html')].find((f) => existsSync(f) && statSync(f).isFile())
}

function problem(page, link) {
  const [path, hash] = link.split('#')
  const isAbsolute = path.startsWith('/')
  if (isAbsolute && !path.startsWith(base)) {
    return `is not below ${base}`
  }
  const at = isAbsolute ? path.slice(base.length - 1) : join('/', relative(site, dirname(page)), path)
  const file = path === '' ? page : fileOf(decodeURI(at))
  if (file === undefined) {
    return 'leads nowhere'
  }
  const known = anchors.get(file)
  return !hash || known === undefined || known.has(decodeURIComponent(hash)) ? undefined : 'has no such anchor'
}

let links = 0
const problems = []
for (const [page, text] of texts) {
  for (const [, link] of text.matchAll(/ (?:href|src)="([^"]*)"/g)) {
    if (/^(https?:|mailto:|data:|\/\/)/.test(link)) {
      continue
    }
    links++
    const why = problem(page, link.replaceAll('&amp;', '&'))
    if (why !== undefined) {
      problems.push(`${relative(site, page)}: ${link} ${why}`)
    }
  }
}
for (const line of problems) {
  console.error(line)
}
console.log(`${pages.length} pages, ${links} links, ${problems.length} of them broken`)
process.exitCode = problems.length > 0 || pages.length < 20 ? 1 : 0
