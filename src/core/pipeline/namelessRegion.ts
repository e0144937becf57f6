// The name that a user gave to a region stands in its mean spectrum; like any free text it may name a person.
import type { MrsDataset } from '../domain/mrsDataset.ts';
import type { ProvenanceEntry } from '../domain/provenance.ts';
import { REGION_MEAN_METHOD } from '../domain/regionMean.ts';

const nameIn = ({ method, details }: ProvenanceEntry): string | null => {
  const name = method === REGION_MEAN_METHOD ? details?.['region'] : null;
  return typeof name === 'string' ? name : null;
};

/** The region whose mean a dataset is, as it was named by hand; null for other datasets. */
export function regionNameOf({ provenance }: Pick<MrsDataset, 'provenance'>): string | null {
  return provenance.reduce<string | null>((found, entry) => found ?? nameIn(entry), null);
}

/** The same dataset with another name for its region. */
export function renameRegion(dataset: MrsDataset, name: string): MrsDataset {
  return {
    ...dataset,
    acquisition: { ...dataset.acquisition, region: name },
    provenance: dataset.provenance.map((entry) =>
      nameIn(entry) === null ? entry : { ...entry, details: { ...entry.details, region: name } },
    ),
  };
}
