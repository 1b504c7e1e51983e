// What the API answers, as domain/views.py writes it.

export type JobStatus =
  | 'not_started'
  | 'scheduled'
  | 'configuring'
  | 'running'
  | 'waiting_for_subjobs'
  | 'paused'
  | 'cancelled'
  | 'completed'
  | 'error';
export type UnitState = 'waiting' | 'leased' | 'done' | 'failed' | 'skipped';

export interface UnitCounts {
  waiting: number;
  leased: number;
  done: number;
  failed: number;
  skipped: number;
}
export interface ErrorGroup {
  message: string;
  units: string;
  count: number;
  node: string;
}

export interface Job {
  id: string;
  name: string;
  engine: string;
  renderer: string;
  engine_version: string;
  status: JobStatus;
  reason: string;
  progress: number;
  units: UnitCounts;
  start_frame: number | null;
  end_frame: number | null;
  frames: string;
  args: Record<string, unknown>;
  priority: number;
  order: number;
  parent: { job: string; node: string } | null;
  child_jobs: Record<string, unknown>[];
  enable_split_jobs: boolean;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
  eta_seconds: number | null;
  errors: ErrorGroup[];
  /** waits for a person: files that its project names are missing */
  held_for_files: boolean;
  warnings: string[];
  /** names of files that changed since the job was added, while a person is to choose */
  project_changed: string[];
  project_kept: boolean;
  project_sha256: string | null;
  /** finished units to be looked at, by mark: a frame range text; said last among the warnings */
  marks: Record<string, string>;
  output_path: string;
  /** whether Zordon made the folder for this job alone */
  owns_output: boolean;
  file_count: number;
  node: string;
  nodes: string[];
  /** those that made units of it, or have some in hand */
  machines: { node: string; name: string; done: number; in_hand: number }[];
  ran_seconds: number | null;
  /** until when that is counted, while a machine is at work on it */
  ran_at: string | null;
  machine_seconds: number | null;
  max_attempts: number;
  after: string[];
  start_at: string | null;
  existing: string;
  preset: string;
  project: string;
  fps: number;
  width: number;
  height: number;
  last_unit: number | null;
  rev: number;
}

export interface Unit {
  unit: number;
  first: number;
  last: number;
  state: UnitState;
  attempt: number;
  failures: number;
  node: string;
  file: string;
  sha256: string;
  bytes: number;
  seconds: number | null;
  progress: number;
  error: string;
  started_at: string | null;
  ended_at: string | null;
}

/** What a machine has in hand of one job, which is at `node`. */
export interface NodeWork {
  job: string;
  name: string;
  node: string;
  node_name: string;
  frames: string;
  units: number;
  /** the job of the machine that helps; empty at home */
  child: string;
}

export interface Queue {
  jobs: number;
  seconds: number | null;
  at_least: boolean;
  ends_at: string | null;
}

export interface Node {
  id: string;
  name: string;
  state: string;
  reason: string;
  this: boolean;
  units_running: number;
  jobs: string[];
  work: NodeWork[];
  cpu_percent: number | null;
  memory_percent: number | null;
  cores: number;
  system: string;
  version: string;
  speeds: Record<string, number>;
  /** by engine and version: installed or downloading */
  builds: Record<string, Record<string, string>>;
}

export interface Build {
  engine: string;
  version: string;
  origin: string;
  path?: string;
  command?: string[];
  sha256?: string;
}

export interface Argument {
  name: string;
  kind: 'integer' | 'number' | 'text' | 'choice' | 'boolean' | 'list';
  label: string;
  help: string;
  minimum: number | null;
  maximum: number | null;
  choices: string[];
  default: unknown;
  unit: string;
  local_only: boolean;
}

export interface Engine {
  name: string;
  label: string;
  builds: Build[];
  extensions: string[];
  formats: string[];
  arguments: Argument[];
}

export interface Scene {
  name: string;
  cameras?: string[];
  view_layers?: (string | { name: string })[];
  camera?: string;
  width?: number;
  height?: number;
  percentage?: number;
  render_engine?: string;
  samples?: number;
  format?: string;
}

export interface Stream {
  kind?: string;
  type?: string;
  codec?: string;
  channels?: number;
  hdr?: boolean;
}

export interface Facts {
  scenes?: Scene[];
  active_scene?: string;
  streams?: Stream[];
  duration?: number;
  container?: string;
}

export interface Probe {
  /** id of the file that was sent, which is kept for a while */
  upload?: string;
  engine: string;
  project: string;
  saved_with: string;
  start_frame: number | null;
  end_frame: number | null;
  frame_step: number;
  fps: number;
  width: number;
  height: number;
  missing_files: string[];
  warnings: string[];
  facts: Facts;
}

export interface Preset {
  id: string;
  /** came with Zordon, and nobody has changed it */
  built_in: boolean;
  name: string;
  engine: string;
  description: string;
  args: Record<string, unknown>;
  /** what it says of files that are there already; empty: nothing */
  existing: string;
  /** whether other machines may help */
  split: boolean;
}

/** A body of POST /api/add_job, as far as the window writes one. */
export interface JobRequest {
  upload?: string;
  name?: string;
  engine?: string;
  engine_version?: string;
  frames?: string;
  args?: Record<string, unknown>;
  enable_split_jobs?: boolean;
  nodes?: string[];
  local_path?: string;
  project_of?: string;
  replaces?: string;
  priority?: number;
  max_attempts?: number;
  paused?: boolean;
  preset?: string;
  output_path?: string;
  existing?: string;
  after?: string[];
  start_at?: string;
}

export interface Delta {
  queue?: Queue;
  token: string;
  full?: boolean;
  jobs: Job[];
  removed?: string[];
  nodes?: Node[];
  engines?: unknown;
  time?: string | number;
}
