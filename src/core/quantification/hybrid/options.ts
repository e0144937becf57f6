// Options of the hybrid method: those of the fit that it ends with.
import type { JsonObject } from '../../domain/json.ts';
import { DEFAULT_NLLS_OPTIONS, parseNllsOptions } from '../nlls/index.ts';
import type { NllsOptions } from '../nlls/index.ts';

export const DEFAULT_HYBRID_OPTIONS: NllsOptions = DEFAULT_NLLS_OPTIONS;

/** @throws UsageError naming the unknown or wrong option */
export const parseHybridOptions = (json: JsonObject): NllsOptions => parseNllsOptions(json, 'hybrid');
