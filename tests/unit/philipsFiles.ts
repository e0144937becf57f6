// Philips and jMRUI files built byte by byte from their public descriptions, independently of the readers.

export const textBytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** VAX F bytes of a number, from the architecture's definition. */
export function vaxBytes(value: number): number[] {
  if (value === 0) return [0, 0, 0, 0];
  const exponent = Math.floor(Math.log2(Math.abs(value))) + 1;
  const mantissa = Math.round((Math.abs(value) / 2 ** exponent - 0.5) * 2 ** 24);
  const first = (value < 0 ? 0x8000 : 0) | ((exponent + 128) << 7) | (mantissa >> 16);
  const second = mantissa & 0xffff;
  return [first & 0xff, first >> 8, second & 0xff, second >> 8];
}

/** An SDAT of `rows` rows whose sample i of row r is (r + 1) + i·0.25 − i·0.5j in the file. */
export function sdatBytes(rows: number, points: number): Uint8Array {
  const values: number[] = [];
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < points; i++) values.push(...vaxBytes(r + 1 + i * 0.25), ...vaxBytes(-0.5 * i));
  }
  return Uint8Array.from(values);
}

/** The keys of a single-voxel scan as release 5 writes them. */
const SPAR_KEYS: Readonly<Record<string, string | number>> = {
  scan_id: 'PRESS_35',
  scan_date: '2021.07.18 15:33:40',
  patient_name: 'Doe^Jane',
  patient_birth_date: '1980.01.02',
  patient_position: '"head_first"',
  patient_orientation: '"supine"',
  samples: 4,
  rows: 1,
  synthesizer_frequency: 127750896,
  offset_frequency: 0,
  sample_frequency: 2000,
  mix_number: 1,
  nucleus: '1H',
  echo_time: 35,
  repetition_time: 2000,
  averages: '64     ',
  volume_selection_enable: '"yes"',
  ap_size: 30,
  lr_size: 15,
  cc_size: 20,
  ap_off_center: 5,
  lr_off_center: 10,
  cc_off_center: 20,
  ap_angulation: 0,
  lr_angulation: 0,
  cc_angulation: 0,
  phase_encoding_enable: '"no"',
  spec_num_col: 4,
  spec_num_row: 1,
  spectrum_echo_time: 35,
  spectrum_inversion_time: 0,
  equipment_sw_verions: '5.4.0 ; .4.0 ;',
};

/** A SPAR with keys changed, added, or (null) left out. */
export function sparText(changes: Readonly<Record<string, string | number | null>> = {}): string {
  const lines = Object.entries({ ...SPAR_KEYS, ...changes })
    .filter(([, value]) => value !== null)
    .map(([key, value]) => `${key} : ${value}`);
  return ['!----', '!   GYROSCAN spectro parameter file.', '!----', ...lines, ''].join('\r\n');
}

export interface RawVector {
  readonly typ?: string;
  readonly mix?: number;
  readonly dyn?: number;
  readonly echo?: number;
  readonly chan?: number;
  readonly extr1?: number;
  readonly ky?: number;
  readonly aver?: number;
  /** Interleaved values as they stand in the file. */
  readonly values: readonly number[];
}

const COLUMNS = 'typ mix dyn card echo loca chan extr1 extr2 kx ky kz aver sign rf grad enc rtop rr size offset'.split(
  ' ',
);

/** A .data/.list pair, vectors one after another. */
export function rawFiles(vectors: readonly RawVector[]): { readonly data: Uint8Array; readonly list: string } {
  const data = new Uint8Array(4 * vectors.reduce((n, v) => n + v.values.length, 0));
  const view = new DataView(data.buffer);
  let offset = 0;
  const rows = vectors.map((vector) => {
    const size = 4 * vector.values.length;
    vector.values.forEach((v, i) => view.setFloat32(offset + 4 * i, v, true));
    const columns: Record<string, unknown> = { ...vector, typ: vector.typ ?? 'STD', sign: 1, size, offset };
    offset += size;
    return `  ${COLUMNS.map((name) => String(columns[name] ?? 0)).join('  ')}`;
  });
  const list = [
    '# === DATA DESCRIPTION FILE ======================================================',
    '#',
    '# Gyroscan SW release            : 5.4-0',
    '# === GENERAL INFORMATION ========================================================',
    '#',
    '# mix  n.a. n.a.  number of ...                        value',
    '.    0    0    0  number_of_mixes                    :     2',
    '.    0    0    0  number_of_signal_averages          :     2',
    '.    0    0    0  t_range                            :     0     3',
    '.    0    0    0  t_oversample_factor                :     2.0000',
    '#',
    '# === START OF DATA VECTOR INDEX =================================================',
    '#',
    `# ${COLUMNS.join('   ')}`,
    `# ${COLUMNS.map(() => '---').join('   ')}`,
    '#',
    ...rows,
    '#',
    '# === END OF DATA VECTOR INDEX ===================================================',
    '',
  ].join('\n');
  return { data, list };
}

/** A .mrui file: header numbers by place (the rest 0), interleaved values, then text. */
export function mruiBytes(header: Readonly<Record<number, number>>, values: readonly number[], text = ''): Uint8Array {
  const tail = textBytes(text);
  const bytes = new Uint8Array(512 + 8 * values.length + tail.length);
  const view = new DataView(bytes.buffer);
  for (const [place, value] of Object.entries(header)) view.setFloat64(8 * Number(place), value);
  values.forEach((v, i) => view.setFloat64(512 + 8 * i, v));
  bytes.set(tail, 512 + 8 * values.length);
  return bytes;
}

/** Header numbers of a jMRUI file of `signals` signals of `points` points at 3 T. */
export const mruiHeader = (points: number, signals: number): Record<number, number> => ({
  1: points,
  2: 0.5,
  5: 127.7e6,
  6: 3,
  7: 1,
  13: signals,
});
