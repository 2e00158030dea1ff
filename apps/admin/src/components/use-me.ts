import { useQuery } from '@tanstack/react-query';
import { trpc, type Scope } from '../api.ts';

/** The operator who is signed in, and whether the operator's key has a scope. */
export function useMe() {
  const { data } = useQuery(trpc.session.get.queryOptions(undefined, { staleTime: 60_000 }));
  return {
    name: data?.name ?? '',
    /** The id of the operator's key. */
    keyId: data?.apiKeyId,
    isKnown: data !== undefined,
    may: (scope: Scope) => data?.scopes.includes(scope) === true,
  };
}
