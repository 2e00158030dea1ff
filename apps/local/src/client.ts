import type { createClient } from '@commerce-core/api/client';

export type Client = ReturnType<typeof createClient>;
