package resolve

import (
	"errors"
	"net"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/windows"
)

// fromSystem takes the servers of all adapters that are up and lead somewhere.
func fromSystem() (Client, error) {
	var c Client
	first, err := adapters()
	if err != nil {
		return c, &ConfigError{"resolver configuration", err}
	}
	for a := first; a != nil; a = a.Next {
		if a.OperStatus != windows.IfOperStatusUp || a.FirstGatewayAddress == nil {
			continue
		}
		for s := a.FirstDnsServerAddress; s != nil; s = s.Next {
			c.addAdapterServer(s.Address.IP())
		}
	}
	if len(c.Servers) == 0 {
		return c, &ConfigError{"resolver configuration", errNoServer}
	}
	return c, nil
}

var (
	errNoServer = errors.New("no network adapter names a DNS server; name one with --resolver")
	siteLocal   = netip.MustParsePrefix("fec0::/10")
)

// QUIRK: Windows lists fec0:0:0:ffff::1 to 3 for adapters without a server of their own; nobody answers there (RFC 3879).
func (c *Client) addAdapterServer(ip net.IP) {
	if addr, ok := netip.AddrFromSlice(ip); ok && !siteLocal.Contains(addr) {
		c.Servers = append(c.Servers, net.JoinHostPort(addr.Unmap().String(), "53"))
	}
}

func adapters() (*windows.IpAdapterAddresses, error) {
	for size := uint32(16 << 10); ; {
		buffer := make([]byte, size)
		first := (*windows.IpAdapterAddresses)(unsafe.Pointer(&buffer[0]))
		err := windows.GetAdaptersAddresses(windows.AF_UNSPEC, windows.GAA_FLAG_INCLUDE_GATEWAYS, 0, first, &size)
		if err == nil && size > 0 {
			return first, nil
		}
		if !errors.Is(err, windows.ERROR_BUFFER_OVERFLOW) || size <= uint32(len(buffer)) {
			return nil, err
		}
	}
}
