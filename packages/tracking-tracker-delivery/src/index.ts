export { trackerDelivery, type TrackerDeliveryOptions } from './provider.ts';
