// What a spectrum chart is told to draw.

/** A colour of the theme by its token, or a fixed one (#rrggbb). */
export type ChartColour = 'text' | 'muted' | 'accent' | 'before' | 'after' | 'caution' | 'stop' | `#${string}`;

export interface ChartSeries {
  readonly id: string;
  readonly name: string;
  /** Falling ppm axis. */
  readonly ppm: Float64Array;
  readonly y: Float64Array;
  readonly colour: ChartColour;
  readonly dashed?: boolean;
  readonly width?: number;
  /** From 0 to 1; default 1. */
  readonly opacity?: number;
  /** Name it at the line's right end. */
  readonly endLabel?: boolean;
  /** Told when the pointer is on it (event `pointed` of the chart). */
  readonly pickable?: boolean;
  /** Leave it out of the automatic y range. */
  readonly unscaled?: boolean;
}

/** Many lines over one axis, such as the transients of a scan, drawn together. */
export interface LineBundle {
  readonly name: string;
  /** Falling, evenly spaced. */
  readonly ppm: Float64Array;
  /** The first stands on top. */
  readonly lines: readonly Float32Array[];
  /** Height between neighbours; 0 lays them over one another. */
  readonly step: number;
  readonly colour: ChartColour;
  /** Of one line, from 0 to 1. */
  readonly opacity: number;
}

export interface ChartPanel {
  readonly id: string;
  readonly title: string;
  /** Share of the height. */
  readonly weight: number;
  readonly series: readonly ChartSeries[];
  readonly bundle?: LineBundle;
  readonly zeroLine?: boolean;
  /** Half width of a band around zero, e.g. 2 SD. */
  readonly bandHalfWidth?: number | null;
  /** Id of a panel whose units per pixel this one takes over, so that residuals are seen at the data's scale. */
  readonly scaleAs?: string;
}

export interface PeakLabel {
  readonly ppm: number;
  readonly text: string;
}

/** ppm at the left and at the right border: left is the higher. */
export type PpmRange = readonly [number, number];

/** Where two cursors stand. [ppm] */
export type CursorPair = readonly [a: number, b: number];

export interface ChartColours {
  readonly text: string;
  readonly muted: string;
  readonly accent: string;
  readonly line: string;
  readonly before: string;
  readonly after: string;
  readonly caution: string;
  readonly stop: string;
  readonly shade: string;
  readonly band: string;
  readonly panel: string;
}

/** @returns the colour as the page writes it */
export function paintOf(colour: ChartColour, colours: ChartColours): string {
  return colour.startsWith('#') ? colour : colours[colour as keyof ChartColours];
}

/** Reads the theme's tokens as they stand on the page. */
export function readChartColours(element: Element): ChartColours {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    text: token('text'),
    muted: token('muted'),
    accent: token('accent'),
    line: token('line'),
    before: token('before'),
    after: token('after'),
    caution: token('caution'),
    stop: token('stop'),
    shade: token('shade'),
    band: token('band'),
    panel: token('panel'),
  };
}
