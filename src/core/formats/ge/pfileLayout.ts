// Where the fields of a GE P-file header lie, per header revision (rdbm.h, imagedb.h): ONE table, bytes.
// Sources: GE's rdbm.h as quoted in public readers (TARQUIN, FID-A/Gannet GELoad, spec2nii 0.8.15, SIVIC), compared with
// each other; revision 9 measured on real files. Offsets of exam, series and image fields count from their part's start.

/** A text field: where it starts, and how many bytes it may take. */
export type TextField = readonly [at: number, bytes: number];

/** Start of a header part: fixed, or an int32 in the header that points there. */
export type PartStart = number | { readonly pointerAt: number };

/** First part of the header: what describes the raw data (RDB_HEADER_REC). */
export interface RawLayout {
  readonly scanDate: TextField;
  readonly scanTime: TextField;
  readonly fileContents: number;
  readonly echoCount: number;
  readonly navs: number;
  readonly frameCount: number;
  readonly frameSize: number;
  readonly pointSize: number;
  readonly acquiredPoints: number;
  readonly acquiredRows: number;
  readonly passBytes: number;
  /** Four pairs (first, last receiver), int16. */
  readonly receivers: number;
  /** rhuser0 … rhuser19, float32. */
  readonly user: number;
  readonly spectralWidth: number;
  readonly csiDims: number;
  readonly csiGrid: number;
  readonly roiLength: number;
  readonly centreFrequency: number;
}

/** Exam part. */
export interface ExamLayout {
  readonly hospital: TextField;
  readonly fieldStrength: number;
  readonly patientId: TextField;
  readonly patientName: TextField;
  readonly patientSex: number;
  readonly systemId: TextField;
  readonly software: TextField;
  readonly serialNumber: TextField;
  readonly birthDate: TextField;
}

/** Series part. */
export interface SeriesLayout {
  readonly description: TextField;
  readonly position: number;
  readonly entry: number;
}

/** Image part; corners are three float32 each (R, A, S). */
export interface ImageLayout {
  readonly fieldOfView: number;
  readonly sliceSpacing: number;
  readonly topLeft: number;
  readonly topRight: number;
  readonly bottomRight: number;
  readonly repetitionTime: number;
  readonly inversionTime: number;
  readonly echoTime: number;
  readonly echoCount: number;
  readonly excitations: number;
  readonly flipAngle: number;
  readonly sequence: TextField;
  readonly coil: TextField;
  /** opuser0 … opuser22, float32. */
  readonly user: number;
  readonly user24: number;
  readonly frequencyDirection: number;
}

export interface PfileLayout {
  /** Whether this layout is the one of a header revision. */
  readonly fits: (revision: number) => boolean;
  readonly dataStart: PartStart;
  readonly exam: ExamLayout & { readonly start: PartStart };
  readonly series: SeriesLayout & { readonly start: PartStart };
  readonly image: ImageLayout & { readonly start: PartStart };
  readonly raw: RawLayout;
}

/** Revisions up to 25 share this; `passBytes` moved in 20. */
const RAW_TO_25: RawLayout = {
  scanDate: [16, 10],
  scanTime: [26, 8],
  fileContents: 44,
  echoCount: 70,
  navs: 72,
  frameCount: 74,
  frameSize: 80,
  pointSize: 82,
  acquiredPoints: 102,
  acquiredRows: 104,
  passBytes: 116,
  receivers: 200,
  user: 216,
  spectralWidth: 368,
  csiDims: 372,
  csiGrid: 374,
  roiLength: 380,
  centreFrequency: 424,
};
const RAW_20: RawLayout = { ...RAW_TO_25, passBytes: 1660 };
/** Revision 26 put the part pointers first, which moved everything. */
const RAW_26: RawLayout = {
  scanDate: [92, 10],
  scanTime: [102, 8],
  fileContents: 120,
  echoCount: 146,
  navs: 148,
  frameCount: 150,
  frameSize: 156,
  pointSize: 158,
  acquiredPoints: 178,
  acquiredRows: 180,
  passBytes: 1540,
  receivers: 264,
  user: 280,
  spectralWidth: 432,
  csiDims: 436,
  csiGrid: 438,
  roiLength: 444,
  centreFrequency: 488,
};

const EXAM_7: ExamLayout = {
  hospital: [10, 33],
  fieldStrength: 84,
  patientId: [88, 13],
  patientName: [101, 25],
  patientSex: 130,
  systemId: [328, 9],
  software: [364, 2],
  serialNumber: [450, 16],
  birthDate: [731, 9],
};
const EXAM_11: ExamLayout = {
  hospital: [403, 33],
  fieldStrength: 112,
  patientId: [436, 13],
  patientName: [449, 25],
  patientSex: 152,
  systemId: [380, 9],
  software: [478, 2],
  serialNumber: [482, 16],
  birthDate: [761, 9],
};
const EXAM_14: ExamLayout = {
  hospital: [563, 33],
  fieldStrength: 208,
  patientId: [596, 13],
  patientName: [609, 25],
  patientSex: 296,
  systemId: [540, 9],
  software: [638, 2],
  serialNumber: [642, 16],
  birthDate: [921, 9],
};
const EXAM_20: ExamLayout = {
  hospital: [1343, 33],
  fieldStrength: 572,
  patientId: [1581, 65],
  patientName: [1516, 65],
  patientSex: 720,
  systemId: [1320, 9],
  software: [1380, 2],
  serialNumber: [1384, 16],
  birthDate: [1663, 9],
};
const EXAM_24: ExamLayout = {
  hospital: [1351, 33],
  fieldStrength: 572,
  patientId: [1589, 65],
  patientName: [1524, 65],
  patientSex: 720,
  systemId: [1320, 9],
  software: [1388, 2],
  serialNumber: [1392, 16],
  birthDate: [1671, 9],
};

const SERIES_7: SeriesLayout = { description: [20, 30], position: 76, entry: 80 };
const SERIES_20: SeriesLayout = { description: [982, 65], position: 640, entry: 644 };
/** Revisions 14 to 16: counted from the start of the exam part, as the sources give it. */
const SERIES_14: SeriesLayout = { description: [1546, 65], position: 1288, entry: 1292 };

const IMAGE_7: ImageLayout = {
  fieldOfView: 36,
  sliceSpacing: 120,
  topLeft: 160,
  topRight: 172,
  bottomRight: 184,
  repetitionTime: 200,
  inversionTime: 204,
  echoTime: 208,
  echoCount: 216,
  excitations: 224,
  flipAngle: 260,
  sequence: [320, 33],
  coil: [376, 17],
  user: 424,
  user24: 520,
  frequencyDirection: 764,
};
/** Revision 11: absolute offsets, as its sources give them. */
const IMAGE_11: ImageLayout = {
  fieldOfView: 64536,
  sliceSpacing: 64552,
  topLeft: 64952,
  topRight: 64964,
  bottomRight: 64976,
  repetitionTime: 65024,
  inversionTime: 65028,
  echoTime: 65032,
  echoCount: 65206,
  excitations: 64564,
  flipAngle: 65244,
  sequence: [65374, 33],
  coil: [65491, 17],
  user: 64588,
  user24: 64692,
  frequencyDirection: 65334,
};
const SERIES_11: SeriesLayout = { description: [62786, 65], position: 62640, entry: 62644 };
const IMAGE_14: ImageLayout = {
  fieldOfView: 64,
  sliceSpacing: 80,
  topLeft: 480,
  topRight: 492,
  bottomRight: 504,
  repetitionTime: 712,
  inversionTime: 716,
  echoTime: 720,
  echoCount: 1030,
  excitations: 92,
  flipAngle: 1068,
  sequence: [1272, 33],
  coil: [1389, 17],
  user: 116,
  user24: 220,
  frequencyDirection: 1158,
};
const IMAGE_15: ImageLayout = { ...IMAGE_14, flipAngle: 1064, frequencyDirection: 1154 };
const IMAGE_16: ImageLayout = {
  fieldOfView: 112,
  sliceSpacing: 128,
  topLeft: 528,
  topRight: 540,
  bottomRight: 552,
  repetitionTime: 760,
  inversionTime: 764,
  echoTime: 768,
  echoCount: 1078,
  excitations: 140,
  flipAngle: 1112,
  sequence: [1320, 33],
  coil: [1437, 17],
  user: 164,
  user24: 268,
  frequencyDirection: 1202,
};
const IMAGE_20: ImageLayout = {
  fieldOfView: 304,
  sliceSpacing: 320,
  topLeft: 720,
  topRight: 732,
  bottomRight: 744,
  repetitionTime: 1056,
  inversionTime: 1060,
  echoTime: 1064,
  echoCount: 1378,
  excitations: 332,
  flipAngle: 1412,
  sequence: [1632, 33],
  coil: [1749, 17],
  user: 356,
  user24: 460,
  frequencyDirection: 1500,
};

const EXAM_POINTER = { pointerAt: 1496 };
const SERIES_POINTER = { pointerAt: 1500 };
const IMAGE_POINTER = { pointerAt: 1504 };
const DATA_POINTER = { pointerAt: 1468 };

/** Revisions 7 to 9: no pointers; only the length of the tables before the exam part differs. */
const early = (revision: number, exam: number, image: number, data: number, user24: number): PfileLayout => ({
  fits: (found) => Math.trunc(found) === revision,
  dataStart: data,
  raw: RAW_TO_25,
  exam: { start: exam, ...EXAM_7 },
  series: { start: exam + 1040, ...SERIES_7 },
  image: { start: image, ...IMAGE_7, user24 },
});

const middle = (fits: (revision: number) => boolean, image: ImageLayout): PfileLayout => ({
  fits,
  dataStart: DATA_POINTER,
  raw: RAW_TO_25,
  exam: { start: EXAM_POINTER, ...EXAM_14 },
  series: { start: EXAM_POINTER, ...SERIES_14 },
  image: { start: IMAGE_POINTER, ...image },
});

const twenties = (fits: (revision: number) => boolean, exam: ExamLayout): PfileLayout => ({
  fits,
  dataStart: DATA_POINTER,
  raw: RAW_20,
  exam: { start: EXAM_POINTER, ...exam },
  series: { start: SERIES_POINTER, ...SERIES_20 },
  image: { start: IMAGE_POINTER, ...IMAGE_20 },
});

const between =
  (first: number, last: number) =>
  (revision: number): boolean =>
    Math.trunc(revision) >= first && Math.trunc(revision) <= last;

/** Every header revision this program reads. */
export const PFILE_LAYOUTS: readonly PfileLayout[] = [
  early(7, 36872, 38940, 39984, 520),
  early(8, 57352, 59420, 60464, 520),
  early(9, 57352, 59928, 61464, 612),
  {
    fits: between(11, 11),
    dataStart: 66072,
    raw: RAW_TO_25,
    exam: { start: 61448, ...EXAM_11 },
    series: { start: 0, ...SERIES_11 },
    image: { start: 0, ...IMAGE_11 },
  },
  middle(between(14, 14), IMAGE_14),
  middle(between(15, 15), IMAGE_15),
  middle(between(16, 16), IMAGE_16),
  // Revision 10 is a research release whose parts are those of revision 20, further back.
  twenties((revision) => between(10, 10)(revision) || between(20, 20)(revision), EXAM_20),
  twenties(between(24, 25), EXAM_24),
  {
    fits: between(26, 31),
    dataStart: { pointerAt: 4 },
    raw: RAW_26,
    exam: { start: { pointerAt: 32 }, ...EXAM_24 },
    series: { start: { pointerAt: 36 }, ...SERIES_20 },
    image: { start: { pointerAt: 40 }, ...IMAGE_20 },
  },
];

/** Header revisions read, for messages. */
export const KNOWN_REVISIONS = '7 to 11, 14 to 16, 20, and 24 to 31';
