import { QueryClient } from '@tanstack/react-query';
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query';
import { createClient, type AppRouter } from '@commerce-core/client';

const url = import.meta.env.VITE_SHOP_URL;

/** Your own server signs a token for the customer who is signed in. */
const token = async (): Promise<string> => (await fetch('/token', { method: 'POST' })).text();

export const client = createClient({ url, token });

// The client itself sends a call again that failed for a while.
export const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } });

/** The procedures as options of TanStack Query, for example `useQuery(shop.product.list.queryOptions())`. */
export const shop = createTRPCOptionsProxy<AppRouter>({ client, queryClient });
