// The product basis of a subsystem and its Hamiltonian, diagonalised block by block of total Mz (H conserves Mz):
// H/2π = Σ νᵢ Iᵢz + Σ Jᵢⱼ Iᵢ·Iⱼ [Hz], real symmetric, strong coupling included.
import { symmetricEigen } from '../../math/symmetricEigen.ts';
import type { Particle, Subsystem } from './subsystems.ts';

/** One block of equal total Mz. */
export interface MzBlock {
  /** 2·Mz. */
  readonly twiceM: number;
  /** Product states of the block. */
  readonly states: Int32Array;
  /** Energies. [Hz] */
  readonly energiesHz: Float64Array;
  /** Row-major, row = state within the block, column = eigenvector. */
  readonly vectors: Float64Array;
}

export interface SpinSpace {
  readonly particles: readonly Particle[];
  /** particles × particles, row-major. [Hz] */
  readonly couplingsHz: Float64Array;
  readonly dimension: number;
  /** Distance between neighbouring states of particle i (C order, last particle fastest). */
  readonly strides: readonly number[];
  /** 2·Mz of every product state. */
  readonly twiceM: Float64Array;
  /** Blocks of falling Mz. */
  readonly blocks: readonly MzBlock[];
}

function stridesOf(particles: readonly Particle[]): { strides: number[]; dimension: number } {
  const strides = new Array<number>(particles.length).fill(1);
  let dimension = 1;
  for (let i = particles.length - 1; i >= 0; i--) {
    strides[i] = dimension;
    dimension *= (particles[i] as Particle).twiceSpin + 1;
  }
  return { strides, dimension };
}

/** 2·m of particle i in a product state; level 0 is m = +I. */
function twiceMOf(particle: Particle, stride: number, state: number): number {
  return particle.twiceSpin - 2 * (Math.floor(state / stride) % (particle.twiceSpin + 1));
}

/** ⟨m+1|I⁺|m⟩ = √(I(I+1) − m(m+1)), from doubled quantum numbers. */
export function raisingElement(twiceSpin: number, twiceM: number): number {
  return 0.5 * Math.sqrt(twiceSpin * (twiceSpin + 2) - twiceM * (twiceM + 2));
}

function diagonalEnergyHz(subsystem: Subsystem, twiceM: readonly number[]): number {
  const n = twiceM.length;
  let energy = 0;
  for (let i = 0; i < n; i++) {
    const mi = (twiceM[i] as number) / 2;
    energy += (subsystem.particles[i] as Particle).offsetHz * mi;
    for (let j = i + 1; j < n; j++) {
      energy += (subsystem.couplingsHz[i * n + j] as number) * mi * ((twiceM[j] as number) / 2);
    }
  }
  return energy;
}

/** Hamiltonian within one block of product states. @returns row-major, block × block [Hz] */
function blockHamiltonian(subsystem: Subsystem, strides: readonly number[], states: Int32Array): Float64Array {
  const { particles, couplingsHz } = subsystem;
  const n = particles.length;
  const size = states.length;
  const position = new Map(Array.from(states, (s, k) => [s, k] as const));
  const h = new Float64Array(size * size);
  for (let k = 0; k < size; k++) {
    const state = states[k] as number;
    const twiceM = particles.map((p, i) => twiceMOf(p, strides[i] as number, state));
    h[k * size + k] = diagonalEnergyHz(subsystem, twiceM);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const jHz = couplingsHz[i * n + j] as number;
        const pi = particles[i] as Particle;
        const pj = particles[j] as Particle;
        const mi = twiceM[i] as number;
        const mj = twiceM[j] as number;
        // (J/2) Iᵢ⁺Iⱼ⁻ moves i one level up (index −stride) and j one level down.
        if (i === j || jHz === 0 || mi === pi.twiceSpin || mj === -pj.twiceSpin) continue;
        const target = position.get(state - (strides[i] as number) + (strides[j] as number)) as number;
        h[target * size + k] = 0.5 * jHz * raisingElement(pi.twiceSpin, mi) * raisingElement(pj.twiceSpin, mj - 2);
      }
    }
  }
  return h;
}

/**
 * Builds the product basis of a subsystem and diagonalises its Hamiltonian.
 * @param subsystem coupled spins
 */
export function spinSpace(subsystem: Subsystem): SpinSpace {
  const { particles } = subsystem;
  const { strides, dimension } = stridesOf(particles);
  const statesByM = new Map<number, number[]>();
  const twiceMs = new Float64Array(dimension);
  for (let state = 0; state < dimension; state++) {
    const twiceM = particles.reduce((sum, p, i) => sum + twiceMOf(p, strides[i] as number, state), 0);
    twiceMs[state] = twiceM;
    const states = statesByM.get(twiceM);
    if (states === undefined) statesByM.set(twiceM, [state]);
    else states.push(state);
  }
  const blocks = [...statesByM.entries()]
    .sort(([a], [b]) => b - a)
    .map(([twiceM, list]): MzBlock => {
      const states = Int32Array.from(list);
      const eigen = symmetricEigen(blockHamiltonian(subsystem, strides, states), states.length);
      return { twiceM, states, energiesHz: eigen.values, vectors: eigen.vectors };
    });
  return { particles, couplingsHz: subsystem.couplingsHz, dimension, strides, twiceM: twiceMs, blocks };
}
