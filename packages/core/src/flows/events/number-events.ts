import { sqlState, type Database } from '@commerce-core/pg-pipeline';
import {
  beginEventEpoch,
  beginEventScan,
  numberNewEvents,
  numberOldEvents,
  type SequencerTurn,
} from '../../events/sequencer-repository.ts';

// 40001, 23505: another process took this turn first. Its positions are committed.
const takenMeanwhile: readonly (string | undefined)[] = ['40001', '23505'];

/**
 * Gives the next positions to events that have become visible. Any number of processes may call it: one of them numbers
 * at a time, and a process that died or sleeps keeps no lock.
 * @param max the most events of one transaction of the sequencer
 * @returns how many events got a position
 */
export async function numberEvents(database: Database, max: number): Promise<number> {
  try {
    return await numberAll(database, max);
  } catch (error) {
    if (takenMeanwhile.includes(sqlState(error))) return 0;
    throw error;
  }
}

async function numberAll(database: Database, max: number): Promise<number> {
  let turn: SequencerTurn = { numbered: 0, needs: 'nothing' };
  let numbered = 0;
  do {
    turn = await next(database, turn.needs, max);
    numbered += turn.numbered;
  } while (turn.needs !== 'nothing');
  return numbered;
}

async function next(database: Database, needed: SequencerTurn['needs'], max: number): Promise<SequencerTurn> {
  if (needed === 'scan') return numberOldEvents(database, max);
  if (needed === 'epoch') await beginEventEpoch(database);
  if (needed === 'backlog') await beginEventScan(database);
  return numberNewEvents(database, max);
}
