import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CommandContext } from '../command-context.ts';
import { Failure } from '../failure.ts';

/** A shop that is kept by name. */
export type Profile = { url: string; apiKey: string; simulatorUrl?: string };
type Env = Pick<CommandContext, 'env'>;

/** Where the profiles are kept: a file that its owner alone may read, because it holds keys. */
export function profilesFile({ env }: Env): string {
  const folder = env['XDG_CONFIG_HOME'] || (env['HOME'] && join(env['HOME'], '.config'));
  if (!folder) throw new Failure('Profiles need a home: set HOME or XDG_CONFIG_HOME.', 2);
  return join(folder, 'commerce', 'profiles.json');
}

/**
 * Reads the profiles by name; none when there is no file.
 * @throws Failure when the file is damaged, or others may read it
 */
export function readProfiles(context: Env): Record<string, Profile> {
  const file = profilesFile(context);
  if (!existsSync(file)) return {};
  if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0)
    throw new Failure(`Others may read ${file}, which holds keys. Run: chmod 600 ${file}`, 2);
  const profiles = parsed(readFileSync(file, 'utf8'));
  if (profiles) return profiles;
  throw new Failure(`${file} is damaged. Correct it, or remove it and add the profiles again.`, 2);
}

function parsed(text: string): Record<string, Profile> | undefined {
  try {
    const all: unknown = JSON.parse(text);
    if (typeof all !== 'object' || all === null || Array.isArray(all)) return undefined;
    return Object.values(all).every(isProfile) ? (all as Record<string, Profile>) : undefined;
  } catch {
    return undefined;
  }
}

function isProfile(value: unknown): value is Profile {
  if (typeof value !== 'object' || value === null) return false;
  const { url, apiKey, simulatorUrl } = value as Record<string, unknown>;
  return typeof url === 'string' && typeof apiKey === 'string' && ['string', 'undefined'].includes(typeof simulatorUrl);
}

/** Writes all profiles. A reader sees the old file or the new one, never a part. */
export function writeProfiles(context: Env, profiles: Record<string, Profile>): void {
  const file = profilesFile(context);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}`;
  try {
    writeFileSync(draft, `${JSON.stringify(profiles, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
    chmodSync(draft, 0o600);
    renameSync(draft, file);
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Returns the profile that `--profile` or COMMERCE_PROFILE names, with its name; undefined when neither is given.
 * @throws Failure when there is no such profile, or the environment names two shops
 */
export function chosenProfile(
  context: Pick<CommandContext, 'env' | 'profile'>,
): ({ name: string } & Profile) | undefined {
  const { env, profile } = context;
  const name = profile ?? env['COMMERCE_PROFILE'];
  if (!name) return undefined;
  if (profile === undefined && env['COMMERCE_URL'])
    throw new Failure('COMMERCE_PROFILE and COMMERCE_URL both name a shop. Unset one of them, or give --profile.', 2);
  const profiles = readProfiles(context);
  const found = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  if (found) return { name, ...found };
  throw new Failure(`There is no profile ${name}. \`commerce profiles list\` shows those that there are.`, 2);
}
