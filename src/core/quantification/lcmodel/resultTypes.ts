// What LCModel's result files say, as their readers return it: numbers as printed, names as LCModel has them.

/** One row of the concentration table. */
export interface LcmodelEstimate {
  /** LCModel's own name; sums are joined with "+". */
  readonly name: string;
  /** As printed: three digits after the point, or three significant ones. */
  readonly concentration: number;
  /** Standard deviation in % of the concentration; 999 stands for "999 or more", and for a concentration of zero. */
  readonly percentSd: number;
  /** To the table's reference; 0 throughout where the reference's concentration is zero. */
  readonly ratio: number;
  /** Marked as far above (+) or below (−) its soft ratio prior. */
  readonly priorOutlier: '+' | '-' | null;
}

/** The miscellaneous output; null where the file doesn't say, or printed asterisks. */
export interface LcmodelMisc {
  readonly fwhmPpm: number | null;
  readonly snr: number | null;
  /** Added to the data's apparent ppm. */
  readonly shiftPpm: number | null;
  /** Applied to the data, with its pivot at 4.65 ppm. */
  readonly phase0Deg: number | null;
  readonly phase1DegPerPpm: number | null;
  /** Regularisation of the baseline (B) and of the lineshape (S). */
  readonly alphaB: number | null;
  readonly alphaS: number | null;
  readonly splineKnots: number | null;
  /** Points of the lineshape on each side of its centre, and their spacing in points of the axis. */
  readonly lineshapeSides: number | null;
  readonly lineshapeStep: number | null;
  readonly inflections: number | null;
  readonly extrema: number | null;
}

export type LcmodelMessageLevel = 'info' | 'warning' | 'error' | 'fatal' | 'illogical';

/** One line of the diagnostics: which subprogram said which of its numbered messages. */
export interface LcmodelMessage {
  readonly level: LcmodelMessageLevel;
  readonly subprogram: string;
  readonly number: number;
  readonly count: number;
}

/** Where a spectrum of a multi-voxel run lies; all count from 1. */
export interface LcmodelVoxel {
  readonly slice: number | null;
  readonly row: number;
  readonly column: number;
}

/** What .coord, .table and .print have in common. */
export interface LcmodelTables {
  /** "6.3-1N" */
  readonly version: string;
  /** null for a single voxel. */
  readonly voxel: LcmodelVoxel | null;
  /** Name over the ratio column, cut to six characters by LCModel; null without a table. */
  readonly reference: string | null;
  /** Null where LCModel gave up before it had concentrations. */
  readonly estimates: readonly LcmodelEstimate[] | null;
  readonly misc: LcmodelMisc | null;
  readonly messages: readonly LcmodelMessage[];
  /** Control parameters that differ from the defaults: upper-case key → value as text, quotes removed. */
  readonly changes: ReadonlyMap<string, string>;
}

/** Curves of a .coord file, all of the length of `ppm`. */
export interface LcmodelCurves {
  /** Falling; with steps where PPMGAP cut pieces out. */
  readonly ppm: Float64Array;
  readonly data: Float64Array;
  readonly fit: Float64Array;
  /** Null where the analysis had no baseline. */
  readonly background: Float64Array | null;
  /** As in the file, that is with the background in each (unless SUBBAS). Those of zero concentration are left out. */
  readonly metabolites: readonly {
    readonly name: string;
    readonly concentration: number;
    readonly curve: Float64Array;
  }[];
}

export interface LcmodelCoord extends LcmodelTables {
  readonly curves: LcmodelCurves | null;
}

/** One row of the .print file's table of shifts and broadenings. */
export interface LcmodelMetaboliteDetail {
  readonly name: string;
  /** Shift beyond the common one. [ppm] */
  readonly shiftPpm: number;
  readonly shiftInPriorSds: number;
  /** Lorentzian broadening beyond the basis. [1/s] */
  readonly deltaT2Rate: number;
  readonly deltaT2InPriorSds: number;
  readonly concentration: number;
  readonly percentSd: number;
}

export interface LcmodelPrint extends LcmodelTables {
  /** Empty where LCModel gave up before, or did its preliminary analysis only. */
  readonly details: readonly LcmodelMetaboliteDetail[];
  /** Names in LCModel's internal order (not the table's), and the correlation matrix of their estimates, row-major. */
  readonly correlation: { readonly names: readonly string[]; readonly matrix: readonly number[] } | null;
  /** Every control parameter as LCModel used it: upper-case key → its values as text. */
  readonly controls: ReadonlyMap<string, readonly string[]>;
  /** The common lineshape: spacing in points of the axis → height, as printed. */
  readonly lineshape: readonly { readonly offset: number; readonly height: number }[];
  /** Lines in which LCModel explains a fatal error, such as "Missing slash in the ratio in CHRATO". */
  readonly explanations: readonly string[];
}

export interface LcmodelCsvVoxel {
  readonly row: number;
  readonly column: number;
  readonly estimates: readonly LcmodelEstimate[];
}

export interface LcmodelCsv {
  readonly reference: string;
  readonly voxels: readonly LcmodelCsvVoxel[];
}
