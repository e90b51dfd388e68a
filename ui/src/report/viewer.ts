/** What a built page starts: its data, drawn by the same blocks as on the hub. */

import { mount } from 'svelte'
import '../app/theme.css'
import '../app/base.css'
import './print.css'
import { theme } from '../app/theme.svelte'
import type { ReportDocument } from './document'
import type { Embedded } from './embedded'
import Viewer from './Viewer.svelte'

const target = document.getElementById('report')
const text = document.getElementById('data')?.textContent
if (target && text) {
  // Charts take their colours from what is shown when they are drawn.
  document.documentElement.dataset.theme = theme.shown
  const props = JSON.parse(text) as { document: ReportDocument; series: Embedded[] }
  mount(Viewer, { target, props })
}
