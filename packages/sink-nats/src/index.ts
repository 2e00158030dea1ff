export { natsSink, type NatsSinkOptions } from './sink.ts';
