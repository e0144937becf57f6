// The style sheet of the report: A4, light tokens, black text and rules, so that the page survives a fax.

export const REPORT_STYLE = `
@page { size: A4; margin: 11mm 13mm 10mm 13mm; }
* { box-sizing: border-box; }
html { background: #FFFFFF; }
body { margin: 0 auto; max-width: 184mm; color: #1B2129; background: #FFFFFF; font: 9.2pt/1.32 Inter, "Segoe UI", "Helvetica Neue", Helvetica, Arial, sans-serif; font-variant-numeric: tabular-nums; }
@media screen { body { padding: 9mm 0; } }
h1 { font-size: 14.5pt; line-height: 1.15; margin: 0; font-weight: 650; letter-spacing: -0.01em; }
h2 { font-size: 9.2pt; margin: 0 0 1mm; font-weight: 650; }
.page { display: flex; flex-direction: column; gap: 1.8mm; }
.page + .page { break-before: page; margin-top: 0; }
@media screen { .page + .page { margin-top: 14mm; border-top: 0.3mm solid #D9DEE5; padding-top: 9mm; } }
@media print { .first { min-height: 268mm; } }
header.top { display: flex; justify-content: space-between; align-items: flex-end; border-bottom: 0.5mm solid #1B2129; padding-bottom: 1.8mm; }
header.top .side { text-align: right; color: #5B6675; font-size: 8.4pt; }
dl { display: grid; grid-template-columns: 1fr 1fr 1.45fr 1fr; gap: 1.2mm 4mm; margin: 0; }
dl > div { min-width: 0; overflow-wrap: anywhere; }
dt { color: #5B6675; font-size: 7.8pt; line-height: 1.2; }
dd { margin: 0; line-height: 1.28; }
dd.strong { font-weight: 650; }
.missing { color: #5B6675; font-style: italic; }
.none { margin: 0; }
.box { border-top: 0.25mm solid #AEB6C1; padding-top: 1.5mm; }
.figure { display: flex; gap: 3mm; align-items: flex-start; }
.figure > svg { display: block; width: 100%; height: auto; }
.figure .images { flex: 0 0 44mm; display: flex; flex-direction: column; gap: 1.5mm; font-size: 7.6pt; color: #5B6675; }
.figure .images svg { display: block; width: 44mm; height: auto; }
.figure .spectrum { flex: 1 1 auto; min-width: 0; }
.figure .spectrum svg { display: block; width: 100%; height: auto; }
.tables { display: grid; grid-template-columns: minmax(0, 1.1fr) minmax(0, 1fr) minmax(0, 1fr); gap: 4.5mm; align-items: start; }
table { border-collapse: collapse; width: 100%; }
th { text-align: right; font-weight: 600; color: #1B2129; border-bottom: 0.3mm solid #1B2129; padding: 0.3mm 1mm; font-size: 8pt; vertical-align: bottom; white-space: nowrap; line-height: 1.15; }
th small { font-weight: 400; font-size: 7.2pt; }
td { text-align: right; padding: 0.35mm 1mm; border-bottom: 0.15mm solid #D9DEE5; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
td.mark, th.mark { width: 4mm; padding: 0; text-align: center; }
.singles td { font-size: 8pt; line-height: 1.2; padding-top: 0.1mm; padding-bottom: 0.1mm; }
.sums td { font-size: 9.8pt; line-height: 1.2; padding-top: 0.5mm; padding-bottom: 0.5mm; }
.sums td:first-child { font-weight: 650; }
.sums small { font-weight: 400; color: #5B6675; }
tr.uncertain td, tr.undetermined td { color: #5B6675; }
.key { font-size: 7.8pt; color: #5B6675; margin: 1mm 0 0; }
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
.warnings ul { list-style: none; padding-left: 0; }
.warnings li::before { content: "! "; font-weight: 650; }
.opinions li { break-inside: avoid; margin-bottom: 1mm; font-size: 8.2pt; line-height: 1.25; }
.amounts table + table { margin-top: 3mm; }
.status { font-weight: 650; border: 0.4mm solid #1B2129; padding: 1.2mm 2mm; }
.status.doubt { font-weight: 400; font-size: 8.6pt; line-height: 1.25; }
.conclusion { border: 0.4mm solid #1B2129; padding: 1.5mm 2.5mm 2.5mm; flex: 1 1 auto; display: flex; flex-direction: column; max-height: 58mm; }
.conclusion .rule { flex: 1 1 5mm; min-height: 4.2mm; max-height: 9mm; border-bottom: 0.2mm solid #9AA5B4; }
.signature { display: grid; grid-template-columns: 2fr 2fr 1fr; gap: 8mm; margin-top: 6.5mm; }
.signature div { border-top: 0.3mm solid #1B2129; font-size: 7.8pt; color: #5B6675; padding-top: 0.8mm; }
footer { border-top: 0.25mm solid #AEB6C1; padding-top: 1.2mm; display: flex; justify-content: space-between; gap: 4mm; font-size: 7.6pt; color: #5B6675; }
footer b { color: #1B2129; }
table.checklist td, table.checklist th { text-align: left; white-space: normal; vertical-align: top; padding: 0.2mm 1.5mm 0.2mm 0; font-size: 8pt; line-height: 1.22; }
table.checklist td:first-child { width: 56mm; color: #5B6675; }
table.checklist th { border-bottom: 0.3mm solid #1B2129; font-size: 8.6pt; padding-top: 1.1mm; }
.hash { font-family: "SF Mono", Consolas, "DejaVu Sans Mono", monospace; font-size: 7pt; overflow-wrap: anywhere; }
`;
