// The style sheet of the report: A4 or Letter, light tokens, black text and rules, so that the page survives a fax.

export type Paper = 'a4' | 'letter';
export const PAPERS: readonly Paper[] = ['a4', 'letter'];

/** CSS name of the page, the width and height left by the margins [mm], and rules of its own: Letter is the shorter one. */
const SIZES: Readonly<
  Record<Paper, { readonly name: string; readonly width: number; readonly height: number; readonly more: string }>
> = {
  a4: { name: 'A4', width: 184, height: 275, more: '' },
  letter: {
    name: 'letter',
    width: 190,
    height: 257.4,
    more: '.conclusion .rule:nth-of-type(n + 3) { display: none; }',
  },
};

/** @returns the style sheet for a paper */
export function reportStyle(paper: Paper): string {
  const { name, width, height, more } = SIZES[paper];
  return `
@page { size: ${name}; margin: 11mm 13mm 10mm 13mm; }
* { box-sizing: border-box; }
html { background: #FFFFFF; }
body { margin: 0 auto; max-width: ${width}mm; color: #1B2129; background: #FFFFFF; font: 9pt/1.28 Inter, "Segoe UI", "Helvetica Neue", Helvetica, Arial, "Liberation Sans", sans-serif; font-variant-numeric: tabular-nums; }
@media screen { body { padding: 9mm 0; } }
h1 { font-size: 14.5pt; line-height: 1.15; margin: 0; font-weight: 650; letter-spacing: -0.01em; }
h2 { font-size: 9.2pt; margin: 0 0 1mm; font-weight: 650; }
.page { display: flex; flex-direction: column; gap: 1.1mm; }
.page + .page { break-before: page; margin-top: 0; }
@media screen { .page + .page { margin-top: 14mm; border-top: 0.3mm solid #D9DEE5; padding-top: 9mm; } }
@media print { .first { min-height: ${height}mm; } }
header.top { display: flex; justify-content: space-between; align-items: flex-end; border-bottom: 0.5mm solid #1B2129; padding-bottom: 1.8mm; }
.state { border: 0.4mm solid #1B2129; padding: 0.6mm 2.5mm; font-weight: 650; letter-spacing: 0.04em; white-space: nowrap; }
header.top .side { text-align: right; color: #5B6675; font-size: 8.4pt; }
dl { display: grid; grid-template-columns: 1fr 1fr 1.45fr 1fr; gap: 1.2mm 4mm; margin: 0; }
dl > div { min-width: 0; overflow-wrap: anywhere; }
dt { color: #5B6675; font-size: 7.8pt; line-height: 1.2; }
dd { margin: 0; line-height: 1.28; }
.strong dd { font-weight: 650; }
.missing { color: #5B6675; font-style: italic; }
.none { margin: 0; }
.box { border-top: 0.25mm solid #AEB6C1; padding-top: 1.1mm; }
.with-images { display: flex; gap: 4mm; justify-content: space-between; }
.with-images dl { grid-template-columns: 1fr 1.25fr; align-content: start; flex: 1 1 auto; gap: 0.6mm 3mm; font-size: 8.6pt; }
.with-images dd { line-height: 1.2; }
.images { display: flex; gap: 1.5mm; flex: none; font-size: 7pt; color: #5B6675; }
.legend { display: flex; flex-wrap: wrap; gap: 0 3mm; margin: 0.6mm 0 0; max-width: 92mm; font-size: 7pt; line-height: 1.25; color: #5B6675; overflow-wrap: anywhere; }
.legend svg { vertical-align: -1px; }
.images figcaption { margin-top: 0.5mm; white-space: nowrap; }
.images figure { margin: 0; }
.images svg { display: block; }
.figure .spectrum svg { display: block; width: 100%; height: auto; }
.tables { display: grid; grid-template-columns: minmax(0, 1.1fr) minmax(0, 1fr) minmax(0, 1fr); gap: 4.5mm; align-items: start; }
.tables.wide { grid-template-columns: minmax(0, 1.75fr) minmax(0, 1fr) minmax(0, 1fr); gap: 3.5mm; }
td.range { font-size: 8.4pt; }
table { border-collapse: collapse; width: 100%; }
th { text-align: right; font-weight: 600; color: #1B2129; border-bottom: 0.3mm solid #1B2129; padding: 0.3mm 1mm; font-size: 8pt; vertical-align: bottom; white-space: nowrap; line-height: 1.15; }
th small { font-weight: 400; font-size: 7.2pt; }
td { text-align: right; padding: 0.25mm 1mm; border-bottom: 0.15mm solid #D9DEE5; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
td.mark, th.mark { width: 4mm; padding: 0; text-align: center; }
.singles th { padding-left: 0.6mm; padding-right: 0.6mm; font-size: 7.6pt; }
.singles th small { font-size: 6.8pt; }
.singles td { padding-left: 0.6mm; padding-right: 0.6mm; font-size: 8pt; line-height: 1.2; padding-top: 0.1mm; padding-bottom: 0.1mm; }
.singles th:first-child, .singles td:first-child { padding-left: 0; }
.sums td { font-size: 9.6pt; line-height: 1.18; padding-top: 0.35mm; padding-bottom: 0.35mm; }
.sums td:first-child { font-weight: 650; }
.sums small { font-weight: 400; color: #5B6675; }
tr.uncertain td, tr.undetermined td { color: #5B6675; }
.key { font-size: 7.8pt; color: #5B6675; margin: 1mm 0 0; }
.key.sources { font-size: 7.2pt; line-height: 1.2; }
.two { display: grid; grid-template-columns: 1.3fr 1fr; gap: 6mm; }
table.quality td { border: 0; font-size: 8.6pt; padding: 0 1.5mm 0 0; text-align: left; line-height: 1.25; vertical-align: top; }
table.quality td:first-child { color: #5B6675; width: 30mm; }
table.quality td { white-space: normal; }
table.quality b { font-weight: 650; }
.verdict { margin: 0 0 1mm; font-size: 8.6pt; line-height: 1.25; }
table.quantities td, table.quantities th { font-size: 7.2pt; line-height: 1.2; padding: 0.1mm 1mm; }
table.quantities th { white-space: normal; }
table.quantities th small { font-size: 6.4pt; }
table.factors td { border-bottom: 0.15mm solid #D9DEE5; }
table.factors td:nth-child(2) { width: 34mm; white-space: nowrap; }
table.factors small { color: #5B6675; font-size: 7pt; }
.correction svg { display: block; width: 100%; height: auto; margin-top: 2mm; }
.own-factors { columns: 3; }
.own-factors h2 { column-span: all; }
ul { margin: 0; padding-left: 4mm; }
li { margin: 0 0 0.3mm; }
.warnings li { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; }
.warnings li.outside { display: block; font-weight: 650; }
.warnings ul { list-style: none; padding-left: 0; }
.warnings li::before { content: "! "; font-weight: 650; }
.opinions li { break-inside: avoid; margin-bottom: 1mm; font-size: 8.2pt; line-height: 1.25; }
.amounts table + table { margin-top: 3mm; }
.status { font-weight: 650; border: 0.4mm solid #1B2129; padding: 1.2mm 2mm; }
.status.doubt { font-weight: 400; font-size: 8.6pt; line-height: 1.25; }
.conclusion { border: 0.4mm solid #1B2129; padding: 0.8mm 2.5mm 1.6mm; flex: 1 1 auto; display: flex; flex-direction: column; max-height: 58mm; }
.conclusion .rule { flex: 1 1 4mm; min-height: 3.6mm; max-height: 9mm; border-bottom: 0.2mm solid #9AA5B4; }
.conclusion.typed { flex: 0 1 auto; max-height: none; }
.conclusion p { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
.methods p { margin: 0; font-size: 8.4pt; line-height: 1.25; }
.signed { margin-top: auto; border-top: 0.5mm solid #1B2129; padding-top: 1.2mm; }
.signed p { margin: 0; }
.signature { display: grid; grid-template-columns: 1.3fr 2fr 2fr 1fr; gap: 6mm; margin-top: auto; padding-top: 3.5mm; align-items: start; }
.signature p { margin: 0; font-size: 8.4pt; line-height: 1.2; }
.signature div { border-top: 0.3mm solid #1B2129; font-size: 7.8pt; color: #5B6675; padding-top: 0.8mm; }
footer { border-top: 0.25mm solid #AEB6C1; padding-top: 1.2mm; display: flex; justify-content: space-between; gap: 4mm; font-size: 7.6pt; color: #5B6675; }
footer b { color: #1B2129; }
table.checklist td, table.checklist th { text-align: left; white-space: normal; vertical-align: top; padding: 0.2mm 1.5mm 0.2mm 0; font-size: 8pt; line-height: 1.22; }
table.checklist td:first-child { width: 56mm; color: #5B6675; }
table.checklist th { border-bottom: 0.3mm solid #1B2129; font-size: 8.6pt; padding-top: 1.1mm; }
.hash { font-family: "SF Mono", Consolas, "DejaVu Sans Mono", monospace; font-size: 7pt; overflow-wrap: anywhere; }
${more}
`;
}
