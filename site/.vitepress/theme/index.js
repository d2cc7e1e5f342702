import { useData } from 'vitepress'
import DefaultTheme from 'vitepress/theme'
import { h } from 'vue'
import './style.css'

/** The sites of other versions, if there are any: each is a site by itself, so that it is a page that is left. */
const Versions = () => {
  const { theme } = useData()
  const { versions, version } = theme.value
  if (versions.length < 2) {
    return null
  }
  return h(
    'select',
    {
      class: 'versions',
      'aria-label': 'Version',
      value: version,
      onChange: (event) => location.assign(versions.find(({ name }) => name === event.target.value).path),
    },
    versions.map(({ name }) => h('option', { value: name, selected: name === version }, name)),
  )
}

export default {
  extends: DefaultTheme,
  Layout: () =>
    h(DefaultTheme.Layout, null, {
      'nav-bar-content-after': () => h(Versions),
      'nav-screen-content-after': () => h(Versions),
    }),
}
