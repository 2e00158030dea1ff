export { easyPostTracking, type EasyPostOptions } from './provider.ts';
