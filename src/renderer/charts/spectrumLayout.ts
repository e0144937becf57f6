// Where the panels of a spectrum chart stand, and over what y range each is drawn.
import type { ChartColours, ChartPanel, PpmRange } from './chartTypes.ts';
import { gainedExtent, panelExtent, sharedScaleExtent, type Extent } from './spectrumScale.ts';

export interface PanelBox {
  readonly id: string;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly extent: Extent;
}

export interface ChartSize {
  readonly width: number;
  readonly height: number;
}

export interface ChartLook {
  readonly range: PpmRange;
  /** ppm range that the heights follow: the visible one, or a fixed one. Default: the visible. */
  readonly heightRange?: PpmRange;
  /** Times by which the data panels' curves are drawn higher. Default: 1. */
  readonly gain?: number;
  readonly shade: PpmRange | null;
  readonly colours: ChartColours;
  readonly size: ChartSize;
  /** Pixels kept free at the right for names at the lines' ends. */
  readonly endRoom: number;
  /** Part of the span kept free above the first data panel's curves for peak labels. */
  readonly headroom: number;
}

const MARGIN_LEFT = 16;
const MARGIN_TOP = 8;
/** Room under the plot for ticks, their figures and the axis' name. [px] */
export const AXIS_HEIGHT = 40;
const PANEL_GAP = 10;

/** Lays the panels out under each other and finds each one's y range. */
export function layoutPanels(panels: readonly ChartPanel[], look: ChartLook): PanelBox[] {
  const total = panels.reduce((sum, p) => sum + p.weight, 0);
  const room = Math.max(40, look.size.height - MARGIN_TOP - AXIS_HEIGHT - PANEL_GAP * (panels.length - 1));
  const width = Math.max(40, look.size.width - MARGIN_LEFT - 16 - look.endRoom);
  const heightRange = look.heightRange ?? look.range;
  let top = MARGIN_TOP;
  const boxes = panels.map((panel): PanelBox => {
    const height = (room * panel.weight) / total;
    const headroom = panel.zeroLine === true ? 0.08 : look.headroom;
    const extent = panelExtent(panel, heightRange, headroom);
    const gained = panel.zeroLine === true ? extent : gainedExtent(extent, look.gain ?? 1);
    const box = { id: panel.id, left: MARGIN_LEFT, top, width, height, extent: gained };
    top += height + PANEL_GAP;
    return box;
  });
  return boxes.map((box, i) => {
    const reference = boxes.find((b) => b.id === panels[i]?.scaleAs);
    if (reference === undefined) return box;
    return { ...box, extent: sharedScaleExtent(box.extent, reference.extent, box.height / reference.height) };
  });
}
