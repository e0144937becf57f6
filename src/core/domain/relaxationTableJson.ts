// Reading of a relaxation table from JSON: this program's own files and a site's overrides go through the same checks.
import { jsonChoice, jsonFields, jsonList, jsonNumber, jsonText, refusedJson } from './jsonFields.ts';
import { canonicalMetaboliteName } from './metaboliteNames.ts';
import type { RelaxationEntry, RelaxationTable, WaterContentEntry } from './relaxationTable.ts';

const TABLE_KEYS = ['schema', 'id', 'title', 'relaxation', 'waterContent'];
const RELAXATION_KEYS = ['substance', 'tissue', 'fieldT', 'quantity', 'valueS', 'source'];
const CONTENT_KEYS = ['tissue', 'relativeDensity', 'source'];

/** A T1 of 1300 is milliseconds taken for seconds: no proton of tissue relaxes slower than this. [s] */
const LONGEST_S = 20;
const SHORTEST_S = 1e-4;

function readRelaxation(value: unknown, where: string): RelaxationEntry {
  const entry = jsonFields(value, RELAXATION_KEYS, where);
  const substance = jsonText(entry, 'substance', where);
  const lower = substance.toLowerCase();
  return {
    substance: lower === 'water' || lower === 'h2o' ? 'water' : canonicalMetaboliteName(substance),
    tissue: jsonChoice(entry, 'tissue', ['GM', 'WM', 'CSF', 'any'] as const, where),
    fieldT: jsonNumber(entry, 'fieldT', [0.01, 30], where),
    quantity: jsonChoice(entry, 'quantity', ['T1', 'T2'] as const, where),
    valueS: jsonNumber(entry, 'valueS', [SHORTEST_S, LONGEST_S], where),
    source: jsonText(entry, 'source', where),
  };
}

function readContent(value: unknown, where: string): WaterContentEntry {
  const entry = jsonFields(value, CONTENT_KEYS, where);
  return {
    tissue: jsonChoice(entry, 'tissue', ['GM', 'WM', 'CSF'] as const, where),
    relativeDensity: jsonNumber(entry, 'relativeDensity', [0.01, 1], where),
    source: jsonText(entry, 'source', where),
  };
}

/**
 * Reads and checks a table.
 * @param json as parsed from the file
 * @param name of the file or setting, for messages
 * @throws UsageError naming the entry and what is wrong with it
 */
export function parseRelaxationTable(json: unknown, name: string): RelaxationTable {
  const table = jsonFields(json, TABLE_KEYS, name);
  jsonChoice(table, 'schema', ['lineshape.relaxation/1'] as const, name);
  const relaxation = jsonList(table, 'relaxation', name).map((e, i) =>
    readRelaxation(e, `${name} (relaxation entry ${i + 1})`),
  );
  const waterContent = jsonList(table, 'waterContent', name).map((e, i) =>
    readContent(e, `${name} (water content entry ${i + 1})`),
  );
  const keys = relaxation.map((e) => `${e.quantity} of ${e.substance} in ${e.tissue} at ${e.fieldT} T`);
  const twice = keys.find((key, i) => keys.indexOf(key) !== i);
  if (twice !== undefined) throw refusedJson(name, `it gives ${twice} twice`);
  return {
    schema: 'lineshape.relaxation/1',
    id: jsonText(table, 'id', name),
    title: jsonText(table, 'title', name),
    relaxation,
    waterContent,
  };
}
