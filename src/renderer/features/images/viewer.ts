// NiiVue, wrapped: three planes of one structural image in scanner space. Loaded only when a study has an image.
import type { Niivue } from '@niivue/niivue';
import type { Vec3 } from '../../../core/geometry/index.ts';
import type { DrawnTile } from './model.ts';

export interface ImageViewer {
  readonly load: (bytes: Uint8Array, fileName: string) => Promise<void>;
  readonly setRadiological: (on: boolean) => void;
  readonly moveTo: (mm: Vec3) => void;
  readonly resetWindow: () => void;
  /** The slices as they were drawn last, in canvas pixels. */
  readonly tiles: () => readonly DrawnTile[];
  /** CSS pixels per canvas pixel. */
  readonly scale: () => number;
  readonly dispose: () => void;
}

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

/**
 * Makes a viewer on a canvas.
 * @param onDrawn called after each drawing, to place the overlay
 */
export async function createViewer(canvas: HTMLCanvasElement, onDrawn: () => void): Promise<ImageViewer> {
  const { Niivue: Viewer } = await import('@niivue/niivue');
  const nv = new Viewer({
    isSliceMM: true,
    isRadiologicalConvention: true,
    dragAndDropEnabled: false,
    isResizeCanvas: true,
    backColor: [0.02, 0.027, 0.035, 1],
    crosshairColor: [0.6, 0.65, 0.7, 0.55],
    crosshairWidth: 0.5,
    crosshairGap: 8,
    fontColor: [0.75, 0.79, 0.84, 1],
    fontMinPx: 12,
    fontSizeScaling: 0.28,
    multiplanarPadPixels: 4,
    multiplanarEqualSize: false,
    showLegend: false,
    logLevel: 'error',
    loadingText: '',
    isOrientationTextVisible: true,
    showAllOrientationMarkers: true,
  });
  nv.opts.multiplanarShowRender = 0;
  await nv.attachToCanvas(canvas, false);
  nv.setSliceType(nv.sliceTypeMultiplanar);
  afterDrawing(nv, onDrawn);
  return {
    load: async (bytes, fileName) => {
      while (nv.volumes.length > 0) nv.removeVolumeByIndex(0);
      await nv.loadFromArrayBuffer(bytes.slice().buffer, niftiName(fileName, bytes));
    },
    setRadiological: (on) => nv.setRadiologicalConvention(on),
    moveTo: (mm) => {
      if (nv.volumes.length === 0) return;
      nv.scene.crosshairPos = nv.mm2frac([mm[0], mm[1], mm[2]]);
      nv.drawScene();
    },
    resetWindow: () => {
      const volume = nv.volumes[0];
      if (volume === undefined) return;
      volume.cal_min = volume.robust_min ?? volume.cal_min ?? 0;
      volume.cal_max = volume.robust_max ?? volume.cal_max ?? 1;
      nv.setPan2Dxyzmm([0, 0, 0, 1]);
      nv.updateGLVolume();
    },
    tiles: () => nv.screenSlices,
    scale: () => (canvas.width > 0 ? canvas.clientWidth / canvas.width : 1),
    dispose: () => {
      nv.cleanup();
      nv.gl.getExtension('WEBGL_lose_context')?.loseContext();
    },
  };
}
