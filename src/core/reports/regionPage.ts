// The report's annex about regions of a grid: one line a region, with the mean ratios of its voxels.
import { escapeMarkup as esc } from './escape.ts';
import type { RegionRatio, ReportRegion } from './regionRatios.ts';
import type { ReportModel } from './reportModel.ts';
import { CRLB_LIMIT_PERCENT, formatSignificant } from './tables.ts';
import { reportTexts } from './texts/index.ts';

/** "1.45 ± 0.12" and below it "23 of 25"; a dash where no voxel counts. */
function cell(found: RegionRatio | undefined, of: string): string {
  if (found === undefined || found.mean === null) return '<td>–</td>';
  const sd = found.sd === null ? '' : ` ± ${formatSignificant(found.sd, 2)}`;
  return `<td>${esc(`${formatSignificant(found.mean, 3)}${sd}`)}<br><small>${esc(of)}</small></td>`;
}

function row(region: ReportRegion, number: number, names: readonly string[], model: ReportModel): string {
  const words = reportTexts(model.language).regions;
  const cells = names.map((name) => {
    const found = region.ratios.find((ratio) => ratio.name === name);
    return cell(found, words.of(found?.n ?? 0, region.voxels.length));
  });
  return `<tr><td>${number}. ${esc(region.name)}</td><td>${region.voxels.length}</td>${cells.join('')}</tr>`;
}

/** The table and how to read it. */
export function regionSections(model: ReportModel): string {
  const texts = reportTexts(model.language);
  const words = texts.regions;
  const names = [...new Set(model.regions.flatMap(({ ratios }) => ratios.map(({ name }) => name)))];
  const head = [words.region, words.voxels, ...names.map((name) => `${name}/tCr`)].map(
    (text) => `<th>${esc(text)}</th>`,
  );
  const rows = model.regions.map((region, i) => row(region, i + 1, names, model));
  return `<section class="regions"><table class="quantities"><thead><tr>${head.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table><p class="key">${esc(words.key(CRLB_LIMIT_PERCENT))}</p></section>`;
}
