import { CommerceError, errorKinds, transitionHints, type ErrorBody, type ErrorCode } from '@commerce-core/core';
import { refusalOf } from '../http/refusal.ts';

// Object.keys returns strings, though the tables have no other keys.
const codes = Object.keys(errorKinds) as ErrorCode[];
const subjects = Object.keys(transitionHints);

/** The body of every error that the API may return; `invalid_transition` once for each subject. */
export const errorBodies = (): ErrorBody[] =>
  codes
    .flatMap((code) => (code === 'invalid_transition' ? subjects.map((subject) => [code, subject]) : [[code, 'order']]))
    .map(([code, subject]) => {
      // The details of the other codes do not matter to a hint, so all codes get the same.
      const details = { subject, from: 'A', to: 'B', products: [] } as never;
      return refusalOf(new CommerceError(code as ErrorCode, 'refused', details)).body;
    });
