// The report as JSON document "lineshape.report/1": what the page says, in numbers, for other programs. Described in
// docs/report.md.
import type { JsonValue } from '../domain/json.ts';
import { mrsInMrsChecklist } from './checklist.ts';
import type { ReportModel } from './reportModel.ts';
import { rangeScanOf } from './reportReferences.ts';

const SCHEMA = 'lineshape.report/1';

/** NaN and infinity have no JSON: they become null, as unknown values are. */
const plain = (value: unknown): JsonValue =>
  JSON.parse(
    JSON.stringify(value, (_key, v: unknown) => (typeof v === 'number' && !Number.isFinite(v) ? null : v)),
  ) as JsonValue;

function scanPart({ scan, voxel, voxelPosition, voxelSizeMm, voxelCentreMm }: ReportModel): unknown {
  const { fileName, waterFileName, acquisition, nucleus, spectrometerFrequencyMHz, fieldT, points, dwellTimeS, grid } =
    scan;
  return {
    ...{ fileName, waterFileName, nucleus, spectrometerFrequencyMHz, fieldT, points, dwellTimeS, grid },
    acquisition,
    voxel: { index: voxel, position: voxelPosition, sizeMm: voxelSizeMm, centreMm: voxelCentreMm },
  };
}

/** Rows with the reference ranges that fit them. */
function resultPart({ result, rows, references }: ReportModel): unknown {
  const { method, version, status, reason, executionProvider, inDistribution } = result;
  return {
    ...{ method, version, status, reason, executionProvider, inDistribution },
    rows: rows.map(({ name, kind, members, estimate, reliability }) => ({
      ...{ name, kind, members, reliability },
      amplitude: estimate.amplitude,
      crlbPercent: estimate.crlbPercent,
      interval95: estimate.interval95 ?? null,
      ratioToTCr: estimate.ratioToTCr,
      ratios: estimate.ratios ?? [],
      concentrations: (estimate.concentrations ?? []).map(({ convention, value, sd, unit }) => ({
        ...{ convention, value, sd, unit },
      })),
      references: references
        .filter((reference) => reference.metabolite === name)
        .map(({ quantity, denominator, value, match }) => ({
          ...{ quantity, denominator, value, low: match.low, high: match.high, place: match.place },
          range: match.range,
        })),
    })),
  };
}

function qualityPart({ result, scan }: ReportModel, figures: ReportModel['quality']): unknown {
  const { snr, fwhmHz } = result;
  const linewidthPpm = scan.spectrometerFrequencyMHz > 0 ? fwhmHz / scan.spectrometerFrequencyMHz : null;
  return { figures, snr, linewidthHz: fwhmHz, linewidthPpm, assessment: result.quality?.assessment ?? null };
}

/**
 * What the report says, independent of layout and time of printing: what a signature's hash is taken of.
 * @returns without signature
 */
export function reportContent(model: ReportModel): JsonValue {
  const { patient, study, recipe, basis, hashes, provenance, opinions, quality, allWarnings } = model;
  return plain({
    schema: SCHEMA,
    language: model.language,
    version: model.version,
    ...{ patient, study },
    scan: scanPart(model),
    referenceConditions: rangeScanOf(model),
    result: resultPart(model),
    quality: qualityPart(model, quality),
    warnings: allWarnings,
    opinions,
    ...{ regions: model.regions, displacedPpm: model.displacedPpm },
    method: { recipe, basis, provenance, hashes },
    checklist: mrsInMrsChecklist(model),
    conclusion: model.conclusion,
    program: { name: model.program, version: model.programVersion },
    analysedAt: model.analysedAt,
  });
}

/** @returns indented JSON text; `signature` is null for a draft */
export function jsonReport(model: ReportModel): string {
  const content = reportContent(model) as Record<string, JsonValue>;
  const signed = { ...content, signature: plain(model.signature), generatedAt: model.generatedAt };
  return `${JSON.stringify(signed, null, 2)}\n`;
}
