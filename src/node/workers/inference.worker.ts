// Worker entry: the one thread that owns the neural networks' native runtime.
import { parentPort } from 'node:worker_threads';
import { inferenceTasks } from '../inference/serveInference.ts';
import type { InferenceTask } from '../inference/messages.ts';
import { serveTasks } from './workerSide.ts';

serveTasks<InferenceTask>(parentPort, inferenceTasks());
