// lineshape quantify: scans → amplitudes, ratios and their Cramér–Rao bounds.
import type { Command } from 'commander';
import type { JsonObject } from '../../core/domain/json.ts';
import { csvReport, figureSvg } from '../../core/reports/index.ts';
import { agreementTable, agreementsOf } from '../agreementText.ts';
import { writeOutputs } from '../../node/files/outputFolder.ts';
import { quantificationsDocument } from '../jsonDocuments.ts';
import { writeMaps } from '../mapOptions.ts';
import { addQuantifyOptions, quantifyScans } from '../quantifyScans.ts';
import type { QuantifyOptions, ScanResult } from '../quantifyScans.ts';
import { csvInputs, quantificationDocument, resultTable } from '../resultDocuments.ts';
import { withSession } from '../session.ts';
import { jsonText, printJson, printText, say } from '../terminal.ts';

interface Options extends QuantifyOptions {
  readonly out?: string;
  readonly maps?: string;
}

const documentOf = (results: readonly ScanResult[]): JsonObject =>
  quantificationsDocument(results.map(quantificationDocument));

function outputFiles(results: readonly ScanResult[]): Map<string, string> {
  const files = new Map<string, string>();
  files.set('results.csv', csvReport(results.flatMap(csvInputs)));
  files.set('result.json', jsonText(documentOf(results)));
  results.forEach((result, index) => {
    const voxel = result.analyses[0]?.voxels.find((v) => v.curves !== null);
    const name = results.length === 1 ? 'fit.svg' : `fit-${index + 1}.svg`;
    if (voxel?.curves)
      files.set(name, figureSvg(voxel.curves, { width: 900, height: 460, title: result.scan.fileName }));
  });
  return files;
}

/** Of a grid, which methods disagree where; of one voxel the figures too. */
function printAgreement(result: ScanResult): void {
  const agreements = agreementsOf(result);
  for (const agreement of agreements) {
    if (agreements.length === 1) printText(`\nAgreement of the methods\n${agreementTable(agreement)}`);
    const where = agreements.length === 1 ? '' : `Voxel ${agreement.voxel}: `;
    for (const { message } of agreement.warnings) say(`Warning: ${where}${message}`);
  }
}

function printResults(results: readonly ScanResult[]): void {
  for (const result of results) {
    const { scan, analyses, refused } = result;
    for (const { method, voxels, warnings, outcome } of analyses) {
      printText(`${scan.fileName}, ${method}, basis ${outcome.basis.id}`);
      for (const warning of warnings) say(`Warning: ${warning.message}`);
      const fitted = voxels.filter((v) => v.result.status !== 'refused');
      for (const voxel of fitted) {
        if (voxels.length > 1) printText(`\nVoxel ${voxel.voxel}`);
        for (const warning of voxel.result.warnings) say(`Warning: ${warning.message}`);
        printText(resultTable(voxel));
      }
      if (fitted.length < voxels.length)
        printText(`${voxels.length - fitted.length} voxels without signal were left out.`);
    }
    for (const { method, error } of refused) printText(`${scan.fileName}, ${method}: refused. ${error.message}`);
    printAgreement(result);
  }
}

export function addQuantifyCommand(program: Command): void {
  addQuantifyOptions(
    program
      .command('quantify')
      .description('fit spectra: amplitudes, ratios, Cramér–Rao bounds')
      .argument('<in...>', 'scans: files or folders'),
  )
    .option('-o, --out <dir>', 'folder for results.csv, result.json and fit.svg')
    .option('--maps <dir>', 'folder for maps of an MRSI scan: amplitudes, ratios, CRLBs, line width, SNR as NIfTI')
    .action(async (inputs: string[], options: Options) => {
      const results = await withSession(options, (session) => quantifyScans(inputs, options, session));
      if (options.out !== undefined) await writeOutputs(options.out, outputFiles(results));
      const maps = options.maps === undefined ? 0 : await writeMaps(options.maps, results);
      if (options.json === true) printJson(documentOf(results));
      else printResults(results);
      if (options.out !== undefined) say(`Written to ${options.out}: results.csv, result.json, fit.svg`);
      if (options.maps !== undefined) say(`Written to ${options.maps}: ${maps} maps`);
    });
}
