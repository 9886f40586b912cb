import type { FaultChoice, PortCall } from './port-call';
import type { SimProcess } from './sim-process';

/** Sees every call where it takes effect, or does not. */
export interface Observer {
  /** A call had its effect, or was answered with an error of the service. */
  effect(call: PortCall, process: SimProcess, error: unknown, fault: FaultChoice['kind'] | undefined): void;
  /** A fault kept a call from having any effect. */
  failed(call: PortCall, process: SimProcess, fault: FaultChoice['kind']): void;
}
