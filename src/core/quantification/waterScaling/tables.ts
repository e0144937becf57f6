// The relaxation times and water contents this program brings, each number with its source.
import type { RelaxationTable } from '../../domain/relaxationTable.ts';
import { mergeRelaxationTables } from '../../domain/relaxationTable.ts';
import { parseRelaxationTable } from '../../domain/relaxationTableJson.ts';
import brain15 from './data/brain-1.5T.json';
import brain3 from './data/brain-3T.json';
import brain7 from './data/brain-7T.json';
import waterContent from './data/water-content.json';

function ownTable(): RelaxationTable {
  const parts = [brain15, brain3, brain7, waterContent].map((json) => parseRelaxationTable(json, json.id));
  const merged = parts.reduce(mergeRelaxationTables);
  return { ...merged, id: 'brain-literature-1', title: 'Human brain, 1.5, 3 and 7 T, from the literature' };
}

/** Relaxation and water content of healthy adult human brain. */
export const BRAIN_RELAXATION_TABLE: RelaxationTable = ownTable();

/** The program's table with a site's own on top. @param site null where there is none */
export function tableWithOverrides(site: RelaxationTable | null): RelaxationTable {
  return site === null ? BRAIN_RELAXATION_TABLE : mergeRelaxationTables(BRAIN_RELAXATION_TABLE, site);
}
