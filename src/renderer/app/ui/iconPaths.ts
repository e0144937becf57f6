// Line icons on a 20 × 20 grid, stroke 1.5.

export const ICON_PATHS = {
  worklist: 'M3 5h14M3 10h14M3 15h14M6.5 3v14',
  study: 'M2 13.5h3l1.5-6 2 9L11 3l2 10.5h5',
  basis: 'M3 6.5 10 3l7 3.5-7 3.5zM3 10l7 3.5 7-3.5M3 13.5 10 17l7-3.5',
  compare: 'M3 3v14h14M6 14 16 4M8 8.5h.01M7 12h.01M11.5 10.5h.01M11 6h.01M14.5 8h.01',
  models:
    'M5 6.5a1.75 1.75 0 1 0 0-3.5 1.75 1.75 0 0 0 0 3.5zM5 17a1.75 1.75 0 1 0 0-3.5 1.75 1.75 0 0 0 0 3.5zM15 11.75a1.75 1.75 0 1 0 0-3.5 1.75 1.75 0 0 0 0 3.5zM6.6 5.6l6.8 3.6M6.6 14.4l6.8-3.6M5 6.5v7',
  settings: 'M3 6h7M14 6h3M3 14h3M10 14h7M12 4v4M8 12v4',
  search: 'M9 15A6 6 0 1 0 9 3a6 6 0 0 0 0 12zM13.5 13.5 17 17',
  close: 'M5 5l10 10M15 5 5 15',
  download: 'M10 3v9M6.5 8.5 10 12l3.5-3.5M3.5 16.5h13',
  play: 'M6 4l10 6-10 6z',
  stop: 'M5.5 5.5h9v9h-9z',
  copy: 'M7 7h9v9H7zM4 13V4h9',
  trash: 'M4 6h12M8 6V4h4v2M6 6l.7 10.5h6.6L14 6',
  check: 'M4 10.5 8 14.5 16 6',
  caution: 'M10 3 18 17H2zM10 8v4M10 14.5h.01',
  info: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM10 9v4.5M10 6.5h.01',
  stopSign: 'M7 3h6l4 4v6l-4 4H7l-4-4V7zM10 6.5v4M10 13.5h.01',
  open: 'M3 16V4.5h5l1.5 2H17V16zM3 9h14',
  demo: 'M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM8.5 7.2l4.3 2.8-4.3 2.8z',
  left: 'M12.5 4 6.5 10l6 6',
  right: 'M7.5 4l6 6-6 6',
  up: 'M4 12.5 10 6.5l6 6',
  down: 'M4 7.5l6 6 6-6',
  reset: 'M4 10a6 6 0 1 0 2-4.5M4 3v4h4',
  sun: 'M10 13.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM10 2v2M10 16v2M2 10h2M16 10h2M4.5 4.5l1.3 1.3M14.2 14.2l1.3 1.3M4.5 15.5l1.3-1.3M14.2 5.8l1.3-1.3',
  moon: 'M16 12.5A7 7 0 0 1 7.5 4a6.5 6.5 0 1 0 8.5 8.5z',
  image: 'M3 4h14v12H3zM3 13l4-4 3.5 3.5 2.5-2.5 4 4',
  drop: 'M10 3v9M6.5 8.5 10 12l3.5-3.5M3 12v4.5h14V12',
  keyboard: 'M2.5 5.5h15v9h-15zM6 12h8M5.5 8.5h.01M8.5 8.5h.01M11.5 8.5h.01M14.5 8.5h.01',
  target: 'M10 16a6 6 0 1 0 0-12 6 6 0 0 0 0 12zM10 2v4M10 14v4M2 10h4M14 10h4',
} as const;

export type IconName = keyof typeof ICON_PATHS;
