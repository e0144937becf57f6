// NiiVue, wrapped: slices of one structural image in scanner space. Loaded only when a study has an image.
import type { Niivue } from '@niivue/niivue';
import type { SlicePlane, Vec3 } from '../../../core/geometry/index.ts';
import type { DrawnTile } from './model.ts';

/** Grey values between which the image goes from black to white. */
export interface GreyWindow {
  readonly low: number;
  readonly high: number;
}

/** Pan along RAS in mm, and magnification about RAS (0, 0, 0), as NiiVue keeps them. */
export type PanZoom = readonly [number, number, number, number];

export interface CrosshairPlace {
  /** RAS. */
  readonly mm: Vec3;
  /** Of the image there. */
  readonly value: number;
  /** Of the slices across RAS x, y, z: which one, from 0, and how many there are. */
  readonly slices: readonly { readonly index: number; readonly count: number }[];
}

export interface ViewerEvents {
  /** After every drawing: slices, window, pan and zoom may be others. */
  readonly onDrawn: () => void;
  /** The crosshair was moved by hand. @param plane of the slice that was clicked; null: by keys */
  readonly onMoved: (plane: SlicePlane | null) => void;
  /** A double click. */
  readonly onReset: () => void;
}

export interface ImageViewer {
  /** Rejects where NiiVue can't read the file. */
  readonly load: (bytes: Uint8Array, fileName: string) => Promise<void>;
  readonly setRadiological: (on: boolean) => void;
  readonly setPlane: (plane: SlicePlane | 'all') => void;
  /** Puts the crosshair there. @param mm RAS */
  readonly moveTo: (mm: Vec3) => void;
  /** Moves the crosshair by image voxels along RAS x, y, z. */
  readonly step: (voxels: Vec3) => void;
  readonly crosshair: () => CrosshairPlace | null;
  readonly greyWindow: () => GreyWindow | null;
  /** Darkest and brightest value, and the window that suits the image. */
  readonly greyRange: () => { readonly full: GreyWindow; readonly usual: GreyWindow } | null;
  readonly setGreyWindow: (window: GreyWindow) => void;
  readonly panZoom: () => PanZoom;
  readonly setPanZoom: (panZoom: PanZoom) => void;
  /** The slices as they were drawn last, in canvas pixels. */
  readonly tiles: () => readonly DrawnTile[];
  /** CSS pixels per canvas pixel. */
  readonly scale: () => number;
  readonly dispose: () => void;
}

const PLANES: readonly SlicePlane[] = ['axial', 'coronal', 'sagittal'];

/** @returns whether this window can draw WebGL2 at all */
export function hasWebGl2(): boolean {
  const context = document.createElement('canvas').getContext('webgl2');
  context?.getExtension('WEBGL_lose_context')?.loseContext();
  return context !== null;
}

/** NiiVue takes the format from the file's name. */
function niftiName(fileName: string, bytes: Uint8Array): string {
  const zipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const stem = fileName.replace(/\.nii(\.gz)?$/i, '');
  return `${stem}.nii${zipped ? '.gz' : ''}`;
}

/** Calls back after every drawing: NiiVue draws from many places and has no event for it. */
function afterDrawing(nv: Niivue, callback: () => void): void {
  const draw = nv.drawScene.bind(nv);
  nv.drawScene = () => {
    const text = draw();
    callback();
    return text;
  };
}

function configure(nv: Niivue, drag: { crosshair: number; pan: number; windowing: number }): void {
  nv.opts.multiplanarShowRender = 0;
  // Left: crosshair; with Shift, or the middle button: pan; right: width and level of the window.
  nv.opts.mouseEventConfig = {
    leftButton: { primary: drag.crosshair, withShift: drag.pan, withCtrl: drag.windowing },
    rightButton: drag.windowing,
    centerButton: drag.pan,
  };
  // Its own keys turn clip planes and views that this window doesn't have; the pane has keys of its own.
  nv.keyDownListener = () => undefined;
  nv.keyUpListener = () => undefined;
}

function crosshairOf(nv: Niivue): CrosshairPlace | null {
  const [volume] = nv.volumes;
  const dims = volume?.dimsRAS;
  if (volume === undefined || dims === undefined) return null;
  const frac = nv.scene.crosshairPos;
  const [x = 0, y = 0, z = 0] = nv.frac2mm(frac, 0, true);
  const vox = volume.mm2vox([x, y, z]) as unknown as Vec3;
  const slices = [0, 1, 2].map((axis) => {
    const count = dims[axis + 1] ?? 1;
    return { index: Math.max(0, Math.min(count - 1, Math.floor((frac[axis] ?? 0) * count))), count };
  });
  return { mm: [x, y, z], value: volume.getValue(vox[0], vox[1], vox[2], volume.frame4D), slices };
}

function viewerOn(
  nv: Niivue,
  canvas: HTMLCanvasElement,
  sliceTypes: Readonly<Record<SlicePlane | 'all', number>>,
): ImageViewer {
  return {
    load: async (bytes, fileName) => {
      while (nv.volumes.length > 0) nv.removeVolumeByIndex(0);
      await nv.loadFromArrayBuffer(bytes.slice().buffer, niftiName(fileName, bytes));
    },
    setRadiological: (on) => nv.setRadiologicalConvention(on),
    setPlane: (plane) => void nv.setSliceType(sliceTypes[plane]),
    moveTo: (mm) => {
      if (nv.volumes.length === 0) return;
      const frac = nv.mm2frac([mm[0], mm[1], mm[2]]);
      nv.scene.crosshairPos = [frac[0], frac[1], frac[2]].map((v) => Math.max(0, Math.min(1, v))) as never;
      nv.drawScene();
    },
    step: ([x, y, z]) => {
      if (nv.volumes.length > 0) nv.moveCrosshairInVox(x, y, z);
    },
    crosshair: () => crosshairOf(nv),
    greyWindow: () => {
      const [volume] = nv.volumes;
      return volume === undefined ? null : { low: volume.cal_min ?? 0, high: volume.cal_max ?? 1 };
    },
    greyRange: () => {
      const [volume] = nv.volumes;
      if (volume === undefined) return null;
      const full = { low: volume.global_min ?? 0, high: volume.global_max ?? 1 };
      return { full, usual: { low: volume.robust_min ?? full.low, high: volume.robust_max ?? full.high } };
    },
    setGreyWindow: ({ low, high }) => {
      const [volume] = nv.volumes;
      if (volume === undefined || (volume.cal_min === low && volume.cal_max === high)) return;
      volume.cal_min = low;
      volume.cal_max = high;
      nv.updateGLVolume();
    },
    panZoom: () => [...nv.scene.pan2Dxyzmm] as unknown as PanZoom,
    setPanZoom: (panZoom) => nv.setPan2Dxyzmm([...panZoom]),
    tiles: () => nv.screenSlices,
    scale: () => (canvas.width > 0 ? canvas.clientWidth / canvas.width : 1),
    dispose: () => {
      nv.cleanup();
      nv.gl.getExtension('WEBGL_lose_context')?.loseContext();
    },
  };
}

/** Makes a viewer on a canvas. */
export async function createViewer(canvas: HTMLCanvasElement, events: ViewerEvents): Promise<ImageViewer> {
  const { Niivue: Viewer, DRAG_MODE } = await import('@niivue/niivue');
  const nv = new Viewer({
    isSliceMM: true,
    isRadiologicalConvention: true,
    dragAndDropEnabled: false,
    isResizeCanvas: true,
    backColor: [0.02, 0.027, 0.035, 1],
    crosshairColor: [0.6, 0.65, 0.7, 0.55],
    crosshairWidth: 0.5,
    crosshairGap: 8,
    multiplanarPadPixels: 4,
    multiplanarEqualSize: false,
    showLegend: false,
    logLevel: 'error',
    loadingText: '',
    // The letters stand over the canvas, inside the slices and as sharp as other text.
    isOrientationTextVisible: false,
  });
  configure(nv, { crosshair: DRAG_MODE.crosshair, pan: DRAG_MODE.pan, windowing: DRAG_MODE.windowing });
  nv.resetBriCon = events.onReset;
  nv.onLocationChange = (place) => {
    const { axCorSag } = place as { axCorSag: number };
    events.onMoved(PLANES[axCorSag] ?? null);
  };
  await nv.attachToCanvas(canvas, false);
  nv.setSliceType(nv.sliceTypeMultiplanar);
  afterDrawing(nv, events.onDrawn);
  return viewerOn(nv, canvas, {
    all: nv.sliceTypeMultiplanar,
    axial: nv.sliceTypeAxial,
    coronal: nv.sliceTypeCoronal,
    sagittal: nv.sliceTypeSagittal,
  });
}
