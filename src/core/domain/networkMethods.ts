// The methods that run a network: their ids, and whose basis set each works with. Which file serves a scan
// (`qnet@3t-press-30` …) is told by the networks' cards, see pipeline/networkChoice.ts.

export interface NetworkMethodInfo {
  readonly id: string;
  readonly title: string;
  /** "card": the basis set that the network was trained with; "user": whatever the user fits with. */
  readonly basis: 'card' | 'user';
  /** Id of the method whose network it runs, where that is not its own. */
  readonly network?: string;
}

export const NETWORK_METHODS: readonly NetworkMethodInfo[] = [
  { id: 'qnet', title: 'QNet: phase, shifts, width and macromolecules by a network, amounts by least squares', basis: 'card' },
  { id: 'qnet-end-to-end', title: "QNet's twin that gives the amounts itself", basis: 'card' },
  { id: 'dq-nmm', title: 'DQ-nMM: autoencoder with the signal model, measured macromolecules', basis: 'card' },
  { id: 'dq-pmm', title: 'DQ-pMM: the same with macromolecules as Gaussian lines', basis: 'card' },
  { id: 'dq-rpmm', title: 'DQ-rpMM: the same, macromolecules held back after their decay', basis: 'card' },
  { id: 'hatami-cnn', title: 'Hatami: convolutional network on the complex spectrum', basis: 'card' },
  { id: 'scalogram-cnn', title: 'Convolutional network on the Morse scalogram', basis: 'card' },
  { id: 'wavelet-scattering', title: 'Wavelet scattering with one hidden layer', basis: 'card' },
  { id: 'shallownet-2d2c', title: 'ShallowNet-2D2c on the spectrogram', basis: 'card' },
  { id: 'resnet-1d', title: 'ResNet-1D on the spectrum', basis: 'card' },
  { id: 'unet', title: 'U-Net: spectrogram to the spectrum of each metabolite', basis: 'card' },
  { id: 'hybrid-ensemble', title: 'Stacked ensemble of one- and two-dimensional networks', basis: 'card' },
  { id: 'lineshape-universal', title: 'Universal: the signal by a network, amounts by least squares', basis: 'user' },
  { id: 'hybrid', title: 'Hybrid: the universal network as the start of the model fit', basis: 'user', network: 'lineshape-universal' },
]; // prettier-ignore

/** Parts a method id from a protocol's: "qnet@3t-press-30". */
const SUFFIX = '@';

/** @returns the method of an id that may name a protocol: "qnet" of "qnet@3t-press-30" */
export function methodOfNetworkId(id: string): string {
  return id.split(SUFFIX)[0] as string;
}

/** @returns what is known of a method; null where it is no network */
export function networkMethod(id: string): NetworkMethodInfo | null {
  const method = methodOfNetworkId(id);
  return NETWORK_METHODS.find((known) => known.id === method) ?? null;
}

/** Whether an id names one network of a method that has one a protocol. */
export const namesProtocol = (id: string): boolean => id.includes(SUFFIX);
