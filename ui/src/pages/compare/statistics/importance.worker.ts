/** Weighs parameters beside the page, which stays smooth meanwhile. */

import { weigh, type Parameter } from './importance'

interface Asked {
  parameters: Parameter[]
  metric: (number | null)[]
}

self.onmessage = ({ data }: MessageEvent<Asked>) => {
  self.postMessage(weigh(data.parameters, data.metric))
}
