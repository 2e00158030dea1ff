import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { onSessionEnd, queryClient, trpc } from './api.ts';
import { Layout } from './components/layout.tsx';
import { AttentionScreen } from './screens/attention/attention-screen.tsx';
import { eventsSearch } from './screens/events/events-search.ts';
import { OrderScreen } from './screens/order/order-screen.tsx';
import { moneySearch } from './screens/money/money-filter.ts';
import { orderFilter } from './screens/orders/order-filter.ts';
import { salesSearch } from './screens/sales/sales-search.ts';
import { SignInScreen } from './screens/sign-in.tsx';
import { stockFilter } from './screens/stock/stock-filter.ts';
import { systemSearch } from './screens/system/system-search.ts';

const root = createRootRoute({ component: Outlet });

type SignInSearch = { ended?: true; to?: string };

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search): SignInSearch => ({
    ...(search['ended'] === true && { ended: true }),
    // Only a path of this page: a link must not lead elsewhere after the sign-in.
    ...(typeof search['to'] === 'string' && /^\/(?!\/)/.test(search['to']) && { to: search['to'] }),
  }),
  component: SignInScreen,
});

const signedIn = createRoute({
  getParentRoute: () => root,
  id: 'signed-in',
  beforeLoad: async ({ location: { href } }) => {
    try {
      await queryClient.ensureQueryData(trpc.session.get.queryOptions());
    } catch {
      // TanStack Router's own way to leave a route.
      // oxlint-disable-next-line typescript/only-throw-error
      throw redirect({ to: '/sign-in', search: href === '/' ? {} : { to: href } });
    }
  },
  component: Layout,
});

const attention = createRoute({ getParentRoute: () => signedIn, path: '/', component: AttentionScreen });

const orders = createRoute({
  getParentRoute: () => signedIn,
  path: '/orders',
  validateSearch: orderFilter,
  component: lazyRouteComponent(async () => import('./screens/orders/orders-screen.tsx'), 'OrdersScreen'),
});

const order = createRoute({
  getParentRoute: () => signedIn,
  path: '/orders/$orderId',
  validateSearch: (search): { do?: 'refund' | 'cancel' } =>
    search['do'] === 'refund' || search['do'] === 'cancel' ? { do: search['do'] } : {},
  component: OrderScreen,
});

/** The part of a desk's list that is shown, and the cursor of its page. */
const queueSearch = ({ tab, after }: Record<string, unknown>): { tab?: string; after?: string } => ({
  ...(typeof tab === 'string' && { tab }),
  ...(typeof after === 'string' && { after }),
});

// Each of these desks is a file of its own, which the browser loads when the desk is opened.
const shipping = createRoute({
  getParentRoute: () => signedIn,
  path: '/shipping',
  validateSearch: queueSearch,
  component: lazyRouteComponent(async () => import('./screens/shipping/shipping-screen.tsx'), 'ShippingScreen'),
});

const slips = createRoute({
  getParentRoute: () => signedIn,
  path: '/shipping/slips',
  validateSearch: ({ of }): { of: string } => ({ of: typeof of === 'string' ? of : '' }),
  component: lazyRouteComponent(async () => import('./screens/shipping/shipping-screen.tsx'), 'SlipsScreen'),
});

const numbers = createRoute({
  getParentRoute: () => signedIn,
  path: '/shipping/numbers',
  component: lazyRouteComponent(async () => import('./screens/shipping/shipping-screen.tsx'), 'NumbersScreen'),
});

const shipment = createRoute({
  getParentRoute: () => signedIn,
  path: '/shipping/$shipmentId',
  component: lazyRouteComponent(async () => import('./screens/shipping/shipping-screen.tsx'), 'ShipmentScreen'),
});

const returns = createRoute({
  getParentRoute: () => signedIn,
  path: '/returns',
  validateSearch: queueSearch,
  component: lazyRouteComponent(async () => import('./screens/returns/returns-screen.tsx'), 'ReturnsScreen'),
});

const newReturn = createRoute({
  getParentRoute: () => signedIn,
  path: '/returns/new',
  validateSearch: ({ order: of }): { order?: string } =>
    typeof of === 'string' || typeof of === 'number' ? { order: String(of) } : {},
  component: lazyRouteComponent(async () => import('./screens/returns/returns-screen.tsx'), 'NewReturnScreen'),
});

const aReturn = createRoute({
  getParentRoute: () => signedIn,
  path: '/returns/$returnId',
  component: lazyRouteComponent(async () => import('./screens/returns/returns-screen.tsx'), 'ReturnScreen'),
});

const stock = createRoute({
  getParentRoute: () => signedIn,
  path: '/stock',
  validateSearch: stockFilter,
  component: lazyRouteComponent(async () => import('./screens/stock/stock-screen.tsx'), 'StockScreen'),
});

const product = createRoute({
  getParentRoute: () => signedIn,
  path: '/stock/$productId',
  component: lazyRouteComponent(async () => import('./screens/stock/product-screen.tsx'), 'ProductScreen'),
});

const money = createRoute({
  getParentRoute: () => signedIn,
  path: '/money',
  validateSearch: moneySearch,
  component: lazyRouteComponent(async () => import('./screens/money/money-screen.tsx'), 'MoneyScreen'),
});

const events = createRoute({
  getParentRoute: () => signedIn,
  path: '/events',
  validateSearch: eventsSearch,
  component: lazyRouteComponent(async () => import('./screens/events/events-screen.tsx'), 'EventsScreen'),
});

const sales = createRoute({
  getParentRoute: () => signedIn,
  path: '/sales',
  validateSearch: salesSearch,
  component: lazyRouteComponent(async () => import('./screens/sales/sales-screen.tsx'), 'SalesScreen'),
});

const system = createRoute({
  getParentRoute: () => signedIn,
  path: '/system',
  validateSearch: systemSearch,
  component: lazyRouteComponent(async () => import('./screens/system/system-screen.tsx'), 'SystemScreen'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    signedIn.addChildren([
      attention,
      orders,
      order,
      shipping,
      slips,
      numbers,
      shipment,
      returns,
      newReturn,
      aReturn,
      stock,
      product,
      money,
      events,
      sales,
      system,
    ]),
  ]),
  basepath: '/admin',
});

onSessionEnd(() => {
  if (router.state.location.pathname.endsWith('/sign-in')) return;
  queryClient.clear();
  void router.navigate({ to: '/sign-in', search: { ended: true, to: router.state.location.href } });
});

declare module '@tanstack/react-router' {
  // TanStack Router reads the types of the routes from here.
  interface Register {
    router: typeof router;
  }
}
