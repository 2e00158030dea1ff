export { openFaultInjectingProxy, type FaultInjectingProxy } from './fault-injecting-proxy.ts';
