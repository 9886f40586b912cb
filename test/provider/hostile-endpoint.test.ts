import { hostileRequests } from './hostile-requests';
import { hostileTrust } from './hostile-trust';
import { ServedEndpoint } from './served-endpoint';

const served = new ServedEndpoint();
// API Gateway knows two routes, and answers every other one itself.
hostileRequests(() => served.start(), { noSuchMethod: 404, comma: 'two-tokens' });
hostileTrust(() => served);
